//! `mayfly slack-manifest`: what to paste into api.slack.com/apps.

use std::process::ExitCode;

use serde_json::{Value, json};

/// The scopes that the bot uses, with what for; `doctor` compares them with what the token has.
pub(super) const SCOPES: &[(&str, &str)] = &[
    ("commands", "/infra"),
    ("chat:write", "cards, threads, notices"),
    ("chat:write.public", "notices in public channels that it was not invited to"),
    ("im:write", "the DM with an owner"),
    ("files:write", "the chart of costs, as a picture"),
    ("users:read", "which approvers are there"),
    ("dnd:read", "which of them want to be left alone"),
    ("usergroups:read", "who is in a user group that policies name"),
];

#[derive(Debug, clap::Args)]
pub(super) struct SlackManifest {
    /// How Slack reaches the bot.
    #[arg(long, value_enum, default_value = "socket")]
    mode: Mode,
    /// With `--mode http`: where people and Slack reach the bot.
    #[arg(long, value_name = "URL", required_if_eq("mode", "http"))]
    public_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    /// The bot opens a socket to Slack: no public address is needed.
    Socket,
    /// Slack calls the bot.
    Http,
}

impl SlackManifest {
    pub(super) fn run(&self) -> ExitCode {
        println!("{:#}", self.manifest());
        ExitCode::SUCCESS
    }

    fn manifest(&self) -> Value {
        let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
        let mut command = json!({
            "command": "/infra", "description": "Environments on demand",
            "usage_hint": "new | list | extend | destroy | help", "should_escape": true,
        });
        let mut events = json!({ "bot_events": ["app_home_opened"] });
        let mut interactivity = json!({ "is_enabled": true });
        if let Some(url) = self.public_url.as_deref().filter(|_| self.mode == Mode::Http) {
            let url = url.trim_end_matches('/');
            command["url"] = json!(format!("{url}/slack/commands"));
            events["request_url"] = json!(format!("{url}/slack/events"));
            interactivity["request_url"] = json!(format!("{url}/slack/interactions"));
            interactivity["message_menu_options_url"] = json!(format!("{url}/slack/options"));
        }
        json!({
            "display_information": {
                "name": "Mayfly",
                "description": "Environments on demand, and away again",
                "background_color": "#0b6e4f",
            },
            "features": {
                "app_home": { "home_tab_enabled": true, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false },
                "bot_user": { "display_name": "Mayfly", "always_online": true },
                "slash_commands": [command],
            },
            "oauth_config": { "scopes": { "bot": scopes } },
            "settings": {
                "event_subscriptions": events,
                "interactivity": interactivity,
                "org_deploy_enabled": false,
                "socket_mode_enabled": self.mode == Mode::Socket,
                "token_rotation_enabled": false,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_names_every_address_and_a_socket_none() {
        let url = Some("https://mayfly.example.com/".to_owned());
        let http = SlackManifest { mode: Mode::Http, public_url: url }.manifest().to_string();
        for path in ["commands", "events", "interactions", "options"] {
            assert!(http.contains(&format!("https://mayfly.example.com/slack/{path}")), "{http}");
        }
        let socket = SlackManifest { mode: Mode::Socket, public_url: None }.manifest();
        assert_eq!(socket["settings"]["socket_mode_enabled"], true);
        assert!(!socket.to_string().contains("http"), "{socket}");
    }
}
