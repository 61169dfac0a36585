-- The trail becomes append only and chained: docs/audit.md says what is hashed, and how. The table is made
-- anew: no version without chains was ever released, and what was not chained when it was written cannot be
-- chained truthfully afterwards.

DROP TABLE audit;
CREATE TABLE audit (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The environment's id, or `installation`.
    chain          TEXT NOT NULL,
    -- Within its chain, from 1 on without a gap.
    position       BIGINT NOT NULL,
    environment_id TEXT,
    run_id         TEXT,
    at             BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    action         TEXT NOT NULL,
    detail         TEXT NOT NULL,
    -- Over the hash before it in its chain and all that stands above.
    hash           TEXT NOT NULL
);
CREATE UNIQUE INDEX audit_position ON audit (chain, position);
CREATE INDEX audit_environment ON audit (environment_id, seq);

-- The heads of all chains at a time, in one chain of the installation.
CREATE TABLE audit_anchors (
    position BIGINT NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    -- Over the anchor before it, what stands above, and its heads.
    hash     TEXT NOT NULL
);

-- The heads that have moved since the anchor before: of the others that one holds, or an earlier one.
CREATE TABLE audit_heads (
    anchor   BIGINT NOT NULL REFERENCES audit_anchors (position),
    chain    TEXT NOT NULL,
    position BIGINT NOT NULL,
    hash     TEXT NOT NULL,
    PRIMARY KEY (anchor, chain)
);
CREATE INDEX audit_heads_chain ON audit_heads (chain, position);

CREATE TRIGGER audit_stays_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append only: what was recorded is neither changed nor deleted'); END;
CREATE TRIGGER audit_stays_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append only: what was recorded is neither changed nor deleted'); END;
CREATE TRIGGER audit_anchors_stay_update BEFORE UPDATE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'audit_anchors is append only: what was recorded is neither changed nor deleted'); END;
CREATE TRIGGER audit_anchors_stay_delete BEFORE DELETE ON audit_anchors
BEGIN SELECT RAISE(ABORT, 'audit_anchors is append only: what was recorded is neither changed nor deleted'); END;
CREATE TRIGGER audit_heads_stay_update BEFORE UPDATE ON audit_heads
BEGIN SELECT RAISE(ABORT, 'audit_heads is append only: what was recorded is neither changed nor deleted'); END;
CREATE TRIGGER audit_heads_stay_delete BEFORE DELETE ON audit_heads
BEGIN SELECT RAISE(ABORT, 'audit_heads is append only: what was recorded is neither changed nor deleted'); END;

-- INSERT OR REPLACE deletes without asking the triggers above.
CREATE TRIGGER audit_stays_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq OR (chain = NEW.chain AND position = NEW.position))
BEGIN SELECT RAISE(ABORT, 'audit is append only: what was recorded is not replaced'); END;
-- Another scheduler was faster with this one: that is no error.
CREATE TRIGGER audit_anchors_stay_replace BEFORE INSERT ON audit_anchors
WHEN EXISTS (SELECT 1 FROM audit_anchors WHERE position = NEW.position)
BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER audit_heads_stay_replace BEFORE INSERT ON audit_heads
WHEN EXISTS (SELECT 1 FROM audit_heads WHERE anchor = NEW.anchor AND chain = NEW.chain)
BEGIN SELECT RAISE(ABORT, 'audit_heads is append only: what was recorded is not replaced'); END;
