//! What people do and see, in words that tests read well by. Whatever does not come panics with what the
//! person saw instead.

use std::time::Duration;

use mayfly::playground::{Input, Message, Persona, Snapshot, SubmitOutcome, View};

use super::stage::PATIENCE;

/// The channel in which everybody types.
pub const CHANNEL: &str = "environments";

/// Somebody in the workspace.
#[derive(Clone)]
pub struct Player {
    pub persona: Persona,
    patience: Duration,
}

impl Player {
    pub fn of(persona: Persona) -> Player {
        Player { persona, patience: PATIENCE }
    }

    /// Who waits for what takes longer.
    pub fn waiting(self, patience: Duration) -> Player {
        Player { patience, ..self }
    }

    /// Types `/infra …`; the answer comes when it comes.
    pub async fn types(&self, text: &str) {
        let typed = self.persona.types(CHANNEL, &format!("/infra {text}")).await;
        typed.unwrap_or_else(|error| panic!("/infra {text}: {error}"));
    }

    /// Types `/infra …` and waits for the answer that only this person sees.
    pub async fn asks(&self, text: &str) -> Message {
        let before = self.persona.sees().ephemerals.len();
        self.types(text).await;
        self.is_answered(before, text).await
    }

    /// The next ephemeral message after so many.
    pub async fn is_answered(&self, before: usize, to: &str) -> Message {
        self.waits(&format!("an answer to `{to}`"), |s| s.ephemerals.get(before).cloned()).await
    }

    /// Presses a button that answers to this person alone.
    pub async fn presses(&self, message: &Message, what: &str) -> Message {
        let before = self.persona.sees().ephemerals.len();
        self.pushes(message, what).await;
        self.is_answered(before, what).await
    }

    /// Presses a button.
    pub async fn pushes(&self, message: &Message, what: &str) {
        let pressed = self.persona.presses(message, what).await;
        pressed.unwrap_or_else(|error| panic!("pressing {what}: {error}"));
    }

    /// Presses a button that has gone from the message meanwhile, or that is somebody else's.
    pub async fn presses_stale(&self, message: &Message, what: &str) -> Message {
        let before = self.persona.sees().ephemerals.len();
        let pressed = self.persona.presses_stale(message, what).await;
        pressed.unwrap_or_else(|error| panic!("pressing {what}: {error}"));
        self.is_answered(before, what).await
    }

    /// Types what opens a form.
    pub async fn opens(&self, text: &str) -> View {
        self.types(text).await;
        self.waits("the form", |s| s.view().filter(|v| v.callback_id() == "create").cloned()).await
    }

    pub async fn submits(&self, view: &View, values: &[(&str, Input)]) -> SubmitOutcome {
        let outcome = self.persona.submits(&view.id, values).await;
        outcome.unwrap_or_else(|error| panic!("submitting: {error}"))
    }

    /// Asks for an environment by its form; the card is the answer.
    pub async fn orders(&self, template: &str, values: &[(&str, Input)]) -> Order {
        let view = self.opens(&format!("new {template}")).await;
        let before = self.cards().len();
        let outcome = self.submits(&view, values).await;
        assert!(outcome.is_taken(), "the form was not taken: {outcome:?}");
        self.gets_card(before).await
    }

    /// The next card after so many.
    pub async fn gets_card(&self, before: usize) -> Order {
        let card = self.waits("a card", |s| cards(s).get(before).cloned()).await;
        let name = card.text.split([' ', ':']).next().unwrap_or_default().to_owned();
        Order { owner: self.clone(), ts: card.ts, name }
    }

    /// The cards in the DM, oldest first.
    pub fn cards(&self) -> Vec<Message> {
        cards(&self.persona.sees())
    }

    /// Waits until the person sees it.
    pub async fn waits<T>(&self, what: &str, find: impl Fn(&Snapshot) -> Option<T>) -> T {
        let found = self.persona.waits_for(what, self.patience, find).await;
        found.unwrap_or_else(|waited| panic!("{waited}"))
    }

    /// Waits for a message in a channel.
    pub async fn reads(&self, channel: &str, text: &str) -> Message {
        self.waits(&format!("`{text}` in {channel}"), |s| s.channel_says(channel, text)).await
    }
}

fn cards(seen: &Snapshot) -> Vec<Message> {
    let cards = seen.dm.iter().filter(|m| m.thread_ts.is_none() && m.files().is_empty());
    cards.cloned().collect()
}

/// An environment, as its owner follows it: a card and its thread.
#[derive(Clone)]
pub struct Order {
    pub owner: Player,
    ts: String,
    pub name: String,
}

impl Order {
    /// The card as it looks now.
    pub fn card(&self) -> Message {
        let card = self.owner.cards().into_iter().find(|m| m.ts == self.ts);
        card.unwrap_or_else(|| panic!("the card of {} is gone", self.name))
    }

    /// The thread as it is now, without the card.
    pub fn thread(&self) -> Vec<Message> {
        self.owner.persona.thread("dm", &self.ts).into_iter().skip(1).collect()
    }

    /// Waits until the thread says it.
    pub async fn says(&self, text: &str) -> Message {
        self.says_after(0, text).await
    }

    /// Waits until a message of the thread after so many says it.
    pub async fn says_after(&self, seen: usize, text: &str) -> Message {
        let ours = |m: &&Message| m.thread_ts.as_deref() == Some(&self.ts);
        let what = format!("`{text}` in the thread of {}", self.name);
        self.owner
            .waits(&what, |s| s.dm.iter().filter(ours).skip(seen).find(|m| m.says(text)).cloned())
            .await
    }

    /// Waits until the card says it.
    pub async fn shows(&self, text: &str) -> Message {
        let ours = |m: &&Message| m.ts == self.ts && m.says(text);
        let what = format!("`{text}` on the card of {}", self.name);
        self.owner.waits(&what, |s| s.dm.iter().find(ours).cloned()).await
    }

    /// Waits until it is ready; one that fails instead is told at once.
    pub async fn is_ready(&self) -> Message {
        let ours = |m: &&Message| m.thread_ts.as_deref() == Some(&self.ts);
        let ended = |m: &&Message| m.says("is ready") || m.says("it failed at");
        let what = format!("that {} is ready", self.name);
        let message =
            self.owner.waits(&what, |s| s.dm.iter().filter(ours).find(ended).cloned()).await;
        assert!(message.says("is ready"), "{}", message.plain());
        // The buttons are on the card.
        self.shows("Ends").await;
        message
    }

    /// Destroys it by its card, to the receipt.
    pub async fn is_destroyed(&self) -> Message {
        let begun = std::time::Instant::now();
        // The card may be drawn anew between the look at it and the press.
        while let Err(error) = self.owner.persona.presses(&self.card(), "destroy").await {
            assert!(begun.elapsed() < self.owner.patience, "pressing destroy: {error}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        self.says("its state is empty").await
    }
}
