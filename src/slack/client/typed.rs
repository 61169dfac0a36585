//! Calls whose answers several parts need, with types.

use serde_json::{Value, json};

use super::Client;
use crate::slack::error::{CallError, Class};

/// Who a token is, from `auth.test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The workspace, `T…`.
    pub workspace: String,
    /// The workspace's name, for people.
    pub workspace_name: String,
    /// The workspace's address, `https://….slack.com/`.
    pub url: String,
    /// The bot's own user, `U…`.
    pub user: String,
    /// The bot, `B…`; none for a person's token.
    pub bot: Option<String>,
    /// What the token may do, from the header `x-oauth-scopes`; empty when Slack did not say.
    pub scopes: Vec<String>,
}

/// A person in Slack, from `users.info`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// `U…` or `W…`.
    pub id: String,
    /// The home workspace, `T…`.
    pub workspace: String,
    /// The name that Slack shows: the display name, else the real one, else the account's.
    pub name: String,
    /// With the scope `users:read.email` alone.
    pub email: Option<String>,
    /// IANA name, as in `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// The account is deactivated: messages to it fail for good.
    pub deactivated: bool,
    /// A bot or an app.
    pub is_bot: bool,
    /// A guest, or a person of another workspace in a shared channel.
    pub is_guest: bool,
}

impl Client {
    /// Who the token is and what it may do.
    pub async fn auth_test(&self) -> Result<Identity, CallError> {
        const METHOD: &str = "auth.test";
        let answer = self.exchange(METHOD, &json!({})).await?;
        let scopes = answer.headers.get("x-oauth-scopes").and_then(|v| v.to_str().ok());
        Ok(Identity {
            workspace: required(METHOD, &answer.body["team_id"])?,
            workspace_name: optional(&answer.body["team"]).unwrap_or_default(),
            url: optional(&answer.body["url"]).unwrap_or_default(),
            user: required(METHOD, &answer.body["user_id"])?,
            bot: optional(&answer.body["bot_id"]),
            scopes: scopes
                .unwrap_or_default()
                .split(',')
                .map(|scope| scope.trim().to_owned())
                .filter(|scope| !scope.is_empty())
                .collect(),
        })
    }

    /// The channel of the conversation with one user, `D…`; the same one every time.
    pub async fn open_dm(&self, user: &str) -> Result<String, CallError> {
        const METHOD: &str = "conversations.open";
        let answer = self.call(METHOD, &json!({ "users": user })).await?;
        required(METHOD, &answer["channel"]["id"])
    }

    /// A user's name, time zone and standing.
    pub async fn user_info(&self, user: &str) -> Result<UserInfo, CallError> {
        const METHOD: &str = "users.info";
        let answer = self.call(METHOD, &json!({ "user": user })).await?;
        let user = &answer["user"];
        let profile = &user["profile"];
        let names =
            [&profile["display_name"], &profile["real_name"], &user["real_name"], &user["name"]];
        let is = |key: &str| user[key].as_bool().unwrap_or(false);
        Ok(UserInfo {
            id: required(METHOD, &user["id"])?,
            workspace: optional(&user["team_id"]).unwrap_or_default(),
            name: names.into_iter().find_map(optional).unwrap_or_default(),
            email: optional(&profile["email"]),
            time_zone: optional(&user["tz"]),
            deactivated: is("deleted"),
            is_bot: is("is_bot"),
            is_guest: is("is_restricted") || is("is_ultra_restricted") || is("is_stranger"),
        })
    }

    /// Whether a user is away, or has notifications off just now. Needs `users:read` and `dnd:read`.
    pub async fn is_away(&self, user: &str, now: i64) -> Result<bool, CallError> {
        let presence = self.call("users.getPresence", &json!({ "user": user })).await?;
        if presence["presence"] == "away" {
            return Ok(true);
        }
        let dnd = self.call("dnd.info", &json!({ "user": user })).await?;
        if dnd["snooze_enabled"] == true {
            return Ok(true);
        }
        // Seconds since 1970; the hours of every night are told too, before they begin.
        let time = |key: &str| dnd[key].as_i64().unwrap_or(i64::MAX);
        Ok(dnd["dnd_enabled"] == true
            && (time("next_dnd_start_ts")..time("next_dnd_end_ts")).contains(&now))
    }

    /// The users of a user group, `S…`. Needs `usergroups:read`.
    pub async fn group_members(&self, group: &str) -> Result<Vec<String>, CallError> {
        let answer = self.call("usergroups.users.list", &json!({ "usergroup": group })).await?;
        let users = answer["users"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(users.iter().filter_map(|user| user.as_str().map(str::to_owned)).collect())
    }

    /// A fresh address for one Socket Mode connection, good for one dial. Needs the app-level token.
    /// The address holds a ticket: never log it.
    pub async fn open_socket(&self) -> Result<String, CallError> {
        const METHOD: &str = "apps.connections.open";
        let answer = self.call(METHOD, &json!({})).await?;
        required(METHOD, &answer["url"])
    }
}

fn optional(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn required(method: &str, value: &Value) -> Result<String, CallError> {
    optional(value).ok_or_else(|| CallError {
        method: method.into(),
        class: Class::Permanent,
        code: "incomplete_answer".into(),
        detail: "the answer lacks an id or address: is this Slack?".into(),
    })
}
