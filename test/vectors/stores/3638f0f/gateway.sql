PRAGMA application_id = 1129336400;
PRAGMA user_version = 2;
CREATE TABLE eukey ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, key BLOB NOT NULL, expires_at_ms INTEGER NOT NULL ) STRICT;
CREATE TABLE seen ( from_entity TEXT NOT NULL, message_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, PRIMARY KEY (from_entity, message_id) ) STRICT, WITHOUT ROWID;
CREATE TABLE owner ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), user_id TEXT NOT NULL, trigger_key BLOB NOT NULL ) STRICT;
CREATE TABLE trigger_nonces (nonce BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO eukey VALUES (1, '8617bb1f4941ed6fae4a9714d590f620', x'0173fa94094f9ab7859a4194b5e4549b2e5bc0123e3d2beea2abda936ecacfe51335cfd91aa2ea1cd0a1ee07f54214ff5370795fc81166fd7cd230dd7768634901b167df2f', 1798506992581);
CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
