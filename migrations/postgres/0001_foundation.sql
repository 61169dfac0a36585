-- Times are milliseconds since 1970 UTC: business time, but for columns whose comment says real time.

CREATE TABLE settings (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- A template as it was when an environment was made of it: destroy needs nothing else.
CREATE TABLE template_versions (
    digest     TEXT NOT NULL PRIMARY KEY,
    template   TEXT NOT NULL,
    archive    BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE environments (
    id              TEXT NOT NULL PRIMARY KEY,
    name            TEXT NOT NULL,
    template        TEXT NOT NULL,
    template_title  TEXT NOT NULL,
    version         TEXT NOT NULL REFERENCES template_versions (digest),
    owner_workspace TEXT NOT NULL,
    owner_user      TEXT NOT NULL,
    team            TEXT,
    project         TEXT,
    cost_center     TEXT,
    status          TEXT NOT NULL,
    inputs          TEXT NOT NULL,
    rules           TEXT NOT NULL,
    channel         TEXT,
    -- What the channel hears of.
    channel_notices TEXT NOT NULL,
    ttl             BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    ready_at        BIGINT,
    expires_at      BIGINT,
    latest          BIGINT,
    outputs         TEXT NOT NULL,
    has_credentials BOOLEAN NOT NULL,
    warnings_sent   BIGINT NOT NULL,
    next_warning_at BIGINT,
    warned_at       BIGINT,
    unwarned_at     BIGINT,
    reap_at         BIGINT,
    end_reason      TEXT,
    ended_at        BIGINT,
    destroyed_count BIGINT NOT NULL,
    destroy_failures BIGINT NOT NULL,
    card_channel    TEXT,
    card_ts         TEXT,
    -- What worked on it last, and so wrote its state: older ones do not read it.
    engine          TEXT,
    engine_version  TEXT
);
CREATE UNIQUE INDEX environments_name ON environments (name);
CREATE INDEX environments_owner ON environments (owner_workspace, owner_user, created_at);
CREATE INDEX environments_team ON environments (team, created_at);
CREATE INDEX environments_status ON environments (status, created_at);
CREATE INDEX environments_living ON environments (created_at)
    WHERE status NOT IN ('destroyed', 'rejected', 'cancelled');
CREATE INDEX environments_next_warning ON environments (next_warning_at) WHERE next_warning_at IS NOT NULL;
CREATE INDEX environments_reap ON environments (reap_at) WHERE reap_at IS NOT NULL;

CREATE TABLE runs (
    id             TEXT NOT NULL PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    kind           TEXT NOT NULL,
    status         TEXT NOT NULL,
    weight         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    started_at     BIGINT,
    ended_at       BIGINT,
    step           TEXT,
    -- Real time: when it may be claimed.
    not_before     BIGINT NOT NULL,
    claimed_by     TEXT,
    -- Real time.
    claimed_until  BIGINT,
    epoch          BIGINT NOT NULL,
    cancel_by      TEXT,
    plan           TEXT,
    progress       TEXT,
    progress_ts    TEXT,
    failure        TEXT
);
CREATE INDEX runs_environment ON runs (environment_id, created_at);
CREATE INDEX runs_due ON runs (weight, not_before) WHERE status IN ('queued', 'running');
-- One run at a time changes an environment.
CREATE UNIQUE INDEX runs_one_live ON runs (environment_id) WHERE status IN ('queued', 'running', 'waiting');

CREATE TABLE steps (
    seq    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    epoch  BIGINT NOT NULL,
    step   TEXT NOT NULL,
    event  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX steps_run ON steps (run_id, seq);

-- What engines said that they were making, until their state is known to know it: a killed one has not
-- written down all that it made.
CREATE TABLE effects (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    address        TEXT NOT NULL,
    -- The resource's type.
    kind           TEXT NOT NULL,
    -- What its provider calls it, as key=value; unknown until it is made.
    id             TEXT,
    run_id         TEXT NOT NULL REFERENCES runs (id),
    at             BIGINT NOT NULL,
    PRIMARY KEY (environment_id, address, run_id)
);

CREATE TABLE run_log (
    seq    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs (id),
    at     BIGINT NOT NULL,
    line   TEXT NOT NULL
);
CREATE INDEX run_log_run ON run_log (run_id, seq);

CREATE TABLE audit (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    environment_id TEXT,
    run_id         TEXT,
    at             BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    action         TEXT NOT NULL,
    detail         TEXT NOT NULL
);
CREATE INDEX audit_environment ON audit (environment_id, seq);

-- Messages to Slack, written in the transaction of the fact that they tell.
CREATE TABLE outbox (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id             TEXT NOT NULL,
    conversation   TEXT NOT NULL,
    environment_id TEXT,
    route          TEXT NOT NULL,
    notice         TEXT NOT NULL,
    coalesce_key   TEXT,
    status         TEXT NOT NULL,
    attempts       BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    -- Real time, all three: first tried, next try, and until when a sender holds it.
    first_tried_at BIGINT,
    not_before     BIGINT NOT NULL,
    claimed_until  BIGINT,
    -- Which claim of which sender that is.
    claimed_by     TEXT,
    ended_at       BIGINT,
    error          TEXT
);
CREATE UNIQUE INDEX outbox_id ON outbox (id);
CREATE INDEX outbox_pending ON outbox (conversation, seq) WHERE status = 'pending';
CREATE UNIQUE INDEX outbox_coalesce ON outbox (coalesce_key) WHERE status = 'pending' AND coalesce_key IS NOT NULL;
CREATE INDEX outbox_dead ON outbox (seq) WHERE status = 'dead';

-- A delivery of Slack's acts once: its key is written with what it caused.
CREATE TABLE deliveries (
    key TEXT NOT NULL PRIMARY KEY,
    at  BIGINT NOT NULL
);

CREATE TABLE secrets (
    environment_id TEXT NOT NULL REFERENCES environments (id),
    field          TEXT NOT NULL,
    kind           TEXT NOT NULL,
    label          TEXT NOT NULL,
    sealed         BYTEA NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (environment_id, field, kind)
);

-- One-time pages, known by the hash of the token in their URL: to see credentials, to enter secrets.
CREATE TABLE links (
    id             TEXT NOT NULL PRIMARY KEY,
    environment_id TEXT NOT NULL REFERENCES environments (id),
    purpose        TEXT NOT NULL,
    token_hash     TEXT NOT NULL,
    person_workspace TEXT NOT NULL,
    person_user    TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    used_at        BIGINT,
    revoked_at     BIGINT
);
CREATE UNIQUE INDEX links_token ON links (token_hash);
CREATE INDEX links_environment ON links (environment_id, purpose);

-- What sweeps have found with our tag that no living environment owns. It goes when a whole sweep does not find
-- it any more.
CREATE TABLE orphans (
    id          TEXT NOT NULL PRIMARY KEY,
    -- What was swept when it was seen last.
    target      TEXT NOT NULL,
    -- As its provider calls it: an ARN, say.
    resource    TEXT NOT NULL,
    -- Its engine's type.
    kind        TEXT,
    -- What its engine wants to import it by.
    import_id   TEXT,
    -- The name in its tag.
    environment TEXT,
    status      TEXT NOT NULL,
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    sightings   BIGINT NOT NULL
);
CREATE UNIQUE INDEX orphans_resource ON orphans (resource);
CREATE INDEX orphans_target ON orphans (target, last_seen);
CREATE INDEX orphans_status ON orphans (status, first_seen);

-- The places that are swept, and how that went the last time.
CREATE TABLE sweeps (
    target        TEXT NOT NULL PRIMARY KEY,
    -- As people know it.
    what          TEXT NOT NULL,
    begun_at      BIGINT NOT NULL,
    swept_at      BIGINT,
    -- Real time: until when whoever sweeps it has it alone.
    claimed_until BIGINT,
    error         TEXT
);
