PRAGMA application_id = 1129336400;
PRAGMA user_version = 1;
CREATE TABLE eukey ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, key BLOB NOT NULL, expires_at_ms INTEGER NOT NULL ) STRICT;
CREATE TABLE seen ( from_entity TEXT NOT NULL, message_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, PRIMARY KEY (from_entity, message_id) ) STRICT, WITHOUT ROWID;
INSERT INTO eukey VALUES (1, 'f45fb79b377d35cde4a08dec91d0a8a3', x'0186c08cedc0c1db287a81cddedcc37fca9de97544f8b1fbad642b8626da15d807b8c00323ea2a24dc41608afa0312184f6b1d56915ac6933009c81e307ba7fa015aeb8d35', 1798506984376);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-934b997103a6a69459aae01dd2366d24', 1795918584597);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-a1ab69e29a955b0af50b2bf37d181de8', 1795918586553);
CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
