//! `postgres-s3-redis`.
