PRAGMA application_id = 1129336400;
PRAGMA user_version = 1;
CREATE TABLE eukey ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, key BLOB NOT NULL, expires_at_ms INTEGER NOT NULL ) STRICT;
CREATE TABLE seen ( from_entity TEXT NOT NULL, message_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, PRIMARY KEY (from_entity, message_id) ) STRICT, WITHOUT ROWID;
INSERT INTO eukey VALUES (1, '0d9e3ddd48bd7b71382fa15b1330d58e', x'01631c2cd2878e5234fc276cc885e19ced42cf36794130ab77b1b6e738083049e77cfb55ff60e3d8f58f885f0c876b3f5c2cba3fb3ba4d2a0cf91a40fd6ec37aa618e40045', 1798506978830);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-ec62f6d2fe7e8f4ab4c4f972c90a533f', 1795918578969);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-b8f1eb0ae05da9b7890a1f54140c0112', 1795918580943);
CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
