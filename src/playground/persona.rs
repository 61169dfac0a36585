//! A person in the workspace, who sees and does what people see and do in Slack.

use std::collections::BTreeMap;
use std::time::Duration;

use super::interact::{Cleared, Place, Spot, missing, spot};
use super::{
    ActError, Button, Input, Message, Offered, Snapshot, View, Workspace, acts, blocks, forms,
};

/// One of the three people; clones are the same one.
#[derive(Clone)]
pub struct Persona {
    workspace: Workspace,
    id: String,
    name: String,
}

/// What became of a submitted form.
#[derive(Debug, Clone, PartialEq)]
pub enum SubmitOutcome {
    /// The app took it: the modal is gone, the one below it is shown.
    Closed,
    /// The app took it and closed the whole stack.
    Cleared,
    /// The app refused fields: block id → message.
    Errors(BTreeMap<String, String>),
    /// The app shows something else in its place.
    Updated(Box<View>),
    /// The app opened another one on top.
    Pushed(Box<View>),
    /// Slack's own form refused it (a required field is empty, a text too long …); the app was not asked.
    RefusedByForm(BTreeMap<String, String>),
}

impl SubmitOutcome {
    /// Whether nothing is left to be filled in: the form is gone, or a view says in its place how it goes on.
    pub fn is_taken(&self) -> bool {
        match self {
            SubmitOutcome::Closed | SubmitOutcome::Cleared => true,
            SubmitOutcome::Updated(view) => {
                view.json.get("submit").is_none_or(serde_json::Value::is_null)
            }
            _ => false,
        }
    }
}

/// What was waited for did not come.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("waited {timeout:?} for {what}; {name} saw instead:\n{there}")]
pub struct Waited {
    pub what: String,
    pub name: String,
    pub timeout: Duration,
    /// What the person saw at the end.
    pub there: String,
}

impl Persona {
    pub(super) fn new(workspace: Workspace, id: String, name: String) -> Persona {
        Persona { workspace, id, name }
    }

    /// Slack's user id.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the DM with the app; opens it if need be.
    pub fn dm_id(&self) -> String {
        let inner = &self.workspace.inner;
        inner.change(|s| s.open_dm(&self.id, &inner.who.bot_user))
    }

    /// Types into a channel (`#general`, a name, an id) or into the DM with the app (`dm`): a slash
    /// command goes to the app and is acked when this returns; anything else is a message.
    pub async fn types(&self, channel: &str, text: &str) -> Result<(), ActError> {
        let id = match channel {
            "dm" => self.dm_id(),
            name => self.workspace.channel_id(name).ok_or_else(|| {
                let mine: Vec<String> = self.sees().channels.into_keys().collect();
                ActError::nothing(&format!("the channel {name}"), &mine.join(", "))
            })?,
        };
        acts::types(&self.workspace.inner, &self.id, &id, text).await
    }

    /// Presses a button of a message (as it looks now), by action id or label, and confirms if asked.
    pub async fn presses(&self, message: &Message, what: &str) -> Result<(), ActError> {
        let place = Place::Message { channel: message.channel.clone(), ts: message.ts.clone() };
        let now = self.workspace.inner.look(|s| s.message(&message.channel, &message.ts).cloned());
        let now = now.ok_or_else(|| {
            ActError::nothing(&format!("the message {}", message.ts), "it was deleted")
        })?;
        self.press(place, now.button(what), (what, &now.buttons())).await
    }

    /// Presses a button that the message had when it was looked at, although it may be gone now: a
    /// client that has not caught up does so.
    pub async fn presses_stale(&self, message: &Message, what: &str) -> Result<(), ActError> {
        let inner = &self.workspace.inner;
        let button = message.button(what);
        let button = button.ok_or_else(|| missing(what, &message.buttons()))?;
        let place = Place::Message { channel: message.channel.clone(), ts: message.ts.clone() };
        let action = serde_json::json!({
            "type": "button", "action_id": button.action_id, "block_id": button.block_id,
            "value": button.value, "text": {"type": "plain_text", "text": button.label},
            "action_ts": message.ts,
        });
        let payload = inner.block_actions(&self.id, &place, action)?;
        inner.deliver(super::DeliveredKind::Interaction, payload).await.map(|_| ())
    }

    /// Presses a button of an open modal.
    pub async fn presses_in_view(&self, view_id: &str, what: &str) -> Result<(), ActError> {
        let view = self.workspace.inner.look(|s| s.view(view_id).map(|(_, v)| v.clone()));
        let view =
            view.ok_or_else(|| ActError::nothing(&format!("the view {view_id}"), "it is closed"))?;
        self.press(Place::View(view.id.clone()), view.button(what), (what, &view.buttons())).await
    }

    /// Presses a button of the Home tab.
    pub async fn presses_in_home(&self, what: &str) -> Result<(), ActError> {
        let home = self.home().ok_or_else(|| {
            ActError::nothing(&format!("the button {what}"), "the app has published no Home tab")
        })?;
        self.presses_in_view(&home.id, what).await
    }

    /// Chooses in a message's select, overflow menu, date picker …, by action id.
    pub async fn chooses(
        &self,
        message: &Message,
        action_id: &str,
        input: Input,
    ) -> Result<(), ActError> {
        let now = self.workspace.inner.look(|s| s.message(&message.channel, &message.ts).cloned());
        let blocks = now.map(|m| m.blocks).unwrap_or_default();
        let place = Place::Message { channel: message.channel.clone(), ts: message.ts.clone() };
        let spot = spot(place, &blocks, action_id)?;
        acts::acts(&self.workspace.inner, &self.id, &spot, Some(&input)).await
    }

    /// Chooses in a modal or the Home tab, by block id, action id or label. The app is told as Slack
    /// tells it: for inputs of a form only when they have `dispatch_action`.
    pub async fn chooses_in_view(
        &self,
        view_id: &str,
        field: &str,
        input: Input,
    ) -> Result<(), ActError> {
        let inner = &self.workspace.inner;
        let blocks = self.blocks_of(view_id)?;
        let spot = spot(Place::View(view_id.into()), &blocks, field)?;
        let block = blocks::block(&blocks, &spot.block_id);
        if block.is_some_and(|b| b["type"] == "input" && b["dispatch_action"] != true) {
            return acts::enter(inner, &spot, &input).map(|_| ());
        }
        acts::acts(inner, &self.id, &spot, Some(&input)).await
    }

    /// Fills in the fields (by block id, action id or label) and submits; what is not named stays.
    pub async fn submits(
        &self,
        view_id: &str,
        values: &[(&str, Input)],
    ) -> Result<SubmitOutcome, ActError> {
        let inner = &self.workspace.inner;
        for (field, input) in values {
            let spot = spot(Place::View(view_id.into()), &self.blocks_of(view_id)?, field)?;
            acts::enter(inner, &spot, input)?;
        }
        forms::submit(inner, &self.id, view_id).await
    }

    /// Closes a modal by its close button: the one below is shown.
    pub async fn closes(&self, view_id: &str) -> Result<(), ActError> {
        forms::close(&self.workspace.inner, &self.id, view_id, Cleared::One).await
    }

    /// Closes a modal by its X: the whole stack goes.
    pub async fn closes_all(&self, view_id: &str) -> Result<(), ActError> {
        forms::close(&self.workspace.inner, &self.id, view_id, Cleared::All).await
    }

    /// Opens the app's Home tab: the app gets `app_home_opened`.
    pub async fn opens_home(&self) {
        acts::opens_home(&self.workspace.inner, &self.id).await;
    }

    /// Types into an external select of a view (by block id, action id or label).
    pub async fn asks_options(
        &self,
        view_id: &str,
        field: &str,
        typed: &str,
    ) -> Result<Vec<Offered>, ActError> {
        let spot = spot(Place::View(view_id.into()), &self.blocks_of(view_id)?, field)?;
        acts::options(&self.workspace.inner, &self.id, &spot, typed).await
    }

    /// The modal on top.
    pub fn open_view(&self) -> Option<View> {
        self.workspace.inner.look(|s| s.stacks.get(&self.id).and_then(|v| v.last().cloned()))
    }

    /// The Home tab, once the app has published it.
    pub fn home(&self) -> Option<View> {
        self.workspace.inner.look(|s| s.homes.get(&self.id).cloned())
    }

    /// The ephemeral messages for this person in a channel (or `dm`), oldest first.
    pub fn ephemerals(&self, channel: &str) -> Vec<Message> {
        let snapshot = self.sees();
        let id = match channel {
            "dm" => snapshot.dm_id.clone(),
            name => self.workspace.channel_id(name),
        };
        snapshot.ephemerals.into_iter().filter(|m| Some(&m.channel) == id.as_ref()).collect()
    }

    /// Reloads Slack: ephemeral messages are gone.
    pub fn reloads(&self) {
        self.workspace
            .inner
            .change(|s| s.ephemerals.retain(|m| m.only_for.as_ref() != Some(&self.id)));
    }

    /// The DM with the app, threads included, oldest first.
    pub fn dm(&self) -> Vec<Message> {
        self.sees().dm
    }

    /// A thread: the parent, then its replies.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<Message> {
        let in_thread = |m: &&Message| m.ts == ts || m.thread_ts.as_deref() == Some(ts);
        let channel = if channel == "dm" { self.dm_id() } else { channel.into() };
        self.workspace.messages(&channel).iter().filter(in_thread).cloned().collect()
    }

    /// Everything that this person sees now.
    pub fn sees(&self) -> Snapshot {
        self.workspace.inner.look(|s| Snapshot::of(s, &self.id))
    }

    /// Waits until `f` finds it in what this person sees.
    pub async fn waits_for<T>(
        &self,
        what: &str,
        timeout: Duration,
        f: impl Fn(&Snapshot) -> Option<T>,
    ) -> Result<T, Waited> {
        let mut revision = self.workspace.inner.revision.subscribe();
        let deadline = tokio::time::Instant::now() + timeout;
        loop {
            revision.mark_unchanged();
            if let Some(found) = f(&self.sees()) {
                return Ok(found);
            }
            let waited = tokio::time::timeout_at(deadline, revision.changed()).await;
            if !matches!(waited, Ok(Ok(()))) {
                let (what, name) = (what.to_string(), self.name.clone());
                return Err(Waited { what, name, timeout, there: self.sees().describe() });
            }
        }
    }

    async fn press(
        &self,
        place: Place,
        button: Option<Button>,
        (what, there): (&str, &[Button]),
    ) -> Result<(), ActError> {
        let button = button.ok_or_else(|| missing(what, there))?;
        let spot = Spot { place, block_id: button.block_id, action_id: button.action_id };
        acts::acts(&self.workspace.inner, &self.id, &spot, None).await
    }

    fn blocks_of(&self, view_id: &str) -> Result<Vec<serde_json::Value>, ActError> {
        let blocks =
            self.workspace.inner.look(|s| s.view(view_id).map(|(_, v)| v.blocks().to_vec()));
        blocks.ok_or_else(|| ActError::nothing(&format!("the view {view_id}"), "it is closed"))
    }
}
