PRAGMA application_id = 1129336400;
PRAGMA user_version = 1;
CREATE TABLE eukey ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, key BLOB NOT NULL, expires_at_ms INTEGER NOT NULL ) STRICT;
CREATE TABLE seen ( from_entity TEXT NOT NULL, message_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, PRIMARY KEY (from_entity, message_id) ) STRICT, WITHOUT ROWID;
INSERT INTO eukey VALUES (1, 'eef23a3fee38cdd69f2a62ccc173f343', x'0186c08cedc0c1db28e8063a82778af1851fbebebaf163a02a04bce52e82077240b824b082d64ac9abcb545bfb4a070a81004455e0f1eb6c1320eb6cf80da78878911ac491', 1798506986809);
CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
