//! For load balancers and supervisors.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use super::Web;

pub(super) fn routes() -> Router<Web> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// Ready means that the database answers, that there is room on the disk, and that nobody has asked the bot to end. Slack may be away: the bot works on,
/// and what is to be told waits.
async fn ready(State(web): State<Web>) -> (StatusCode, String) {
    let standing = web.ctx.health.standing();
    if standing.stopping {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
    }
    if let Err(error) = web.ctx.db.read().await {
        tracing::warn!(%error, "not ready");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n".to_owned());
    }
    if let Some(why) = standing.disk_full {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"));
    }
    let slack = standing.slack_away.map(|why| format!("Slack is away: {why}\n"));
    (StatusCode::OK, format!("ready\n{}", slack.unwrap_or_default()))
}
