-- What the environment is predicted to cost, as of its last plan.
ALTER TABLE environments ADD COLUMN estimate TEXT;
-- What it has cost in all, in words, once it has ended.
ALTER TABLE environments ADD COLUMN spent TEXT;

-- What policy said, at every point where it was asked; also of what was refused before there was an environment.
CREATE TABLE decisions (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    environment_id TEXT REFERENCES environments (id),
    run_id         TEXT REFERENCES runs (id),
    at             BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    decision       TEXT NOT NULL,
    -- Who went past what of it, and why.
    overridden_by  TEXT,
    reason         TEXT
);
CREATE INDEX decisions_environment ON decisions (environment_id, seq);
CREATE INDEX decisions_run ON decisions (run_id, seq);

CREATE TABLE approvals (
    id               TEXT NOT NULL PRIMARY KEY,
    environment_id   TEXT NOT NULL REFERENCES environments (id),
    run_id           TEXT NOT NULL REFERENCES runs (id),
    status           TEXT NOT NULL,
    question         TEXT NOT NULL,
    asked_at         BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    reminders        BIGINT NOT NULL,
    next_reminder_at BIGINT,
    decided_at       BIGINT
);
CREATE INDEX approvals_environment ON approvals (environment_id, asked_at);
CREATE UNIQUE INDEX approvals_one_pending ON approvals (run_id) WHERE status = 'pending';
CREATE INDEX approvals_due ON approvals (expires_at) WHERE status = 'pending';

-- The newest answer of each person.
CREATE TABLE answers (
    approval_id      TEXT NOT NULL REFERENCES approvals (id),
    person_workspace TEXT NOT NULL,
    person_user      TEXT NOT NULL,
    answer           TEXT NOT NULL,
    comment          TEXT,
    at               BIGINT NOT NULL,
    PRIMARY KEY (approval_id, person_workspace, person_user)
);

-- Where the cards of an approval stand.
CREATE TABLE approval_cards (
    approval_id  TEXT NOT NULL REFERENCES approvals (id),
    conversation TEXT NOT NULL,
    -- Whom it was sent to.
    recipient    TEXT NOT NULL,
    channel      TEXT,
    ts           TEXT,
    PRIMARY KEY (approval_id, conversation)
);

-- The plan that a run waits with, or applies: it holds secrets, and is sealed.
CREATE TABLE plans (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id),
    -- Of what it was planned from: version, inputs, engine, state.
    basis  TEXT NOT NULL,
    sealed BLOB NOT NULL
);

-- One writer at a time for a team's budget of a month.
CREATE TABLE budgets (
    team    TEXT NOT NULL,
    month   TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (team, month)
);

-- What is spent or set aside of a budget, in millionths of its currency.
CREATE TABLE reservations (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    month          TEXT NOT NULL,
    team           TEXT NOT NULL,
    micros         BIGINT NOT NULL,
    PRIMARY KEY (environment_id, month)
);
CREATE INDEX reservations_team ON reservations (team, month);

-- From when to when an environment costs how much.
CREATE TABLE charges (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    from_at        BIGINT NOT NULL,
    to_at          BIGINT,
    estimate       TEXT NOT NULL,
    PRIMARY KEY (environment_id, from_at)
);
