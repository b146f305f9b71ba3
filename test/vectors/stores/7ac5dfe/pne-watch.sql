PRAGMA application_id = 1129336400;
PRAGMA user_version = 1;
CREATE TABLE eukey ( only_row INTEGER PRIMARY KEY CHECK (only_row = 1), id TEXT NOT NULL, key BLOB NOT NULL, expires_at_ms INTEGER NOT NULL ) STRICT;
CREATE TABLE seen ( from_entity TEXT NOT NULL, message_id TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, PRIMARY KEY (from_entity, message_id) ) STRICT, WITHOUT ROWID;
INSERT INTO eukey VALUES (1, '82fabd2e0092814959168bb5e2e4e8af', x'0132a78971daff110ff37bcbef57d4fd0995f951524da53e943ed83c356e1b76fe54ad9ee997a502cef049657a269dbb8f0a14cb8bbc54dc10ed64296f77d204a867ba8174', 1798506974642);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-78f803709e33fc55b784281ba566ee14', 1795918574794);
INSERT INTO seen VALUES ('urn:cpns:service:echo', 're-53feb2fb0ebe0e9da17b71bea6b4fe91', 1795918576754);
CREATE INDEX seen_by_expiry ON seen (expires_at_ms);
