//! The cards of questions for approval: posted once with each who can answer, then edited.

use super::Notifier;
use super::deliver::{Context, Undelivered, beyond_repair};
use super::place::Spot;
use crate::domain::ApprovalId;
use crate::domain::notice::{Notice, Recipient};
use crate::slack::Class;
use crate::store::StoreError;
use crate::store::approvals::{self, Card};
use crate::words::Rendered;

/// An approval and who gets the card.
type Of<'a> = (&'a ApprovalId, &'a Recipient);

impl Notifier {
    /// Edited where it stands, posted where it does not.
    pub(super) async fn approval_card(
        &self,
        of: Of<'_>,
        rendered: &Rendered,
    ) -> Result<Spot, Undelivered> {
        if let Some((channel, ts)) = self.stands(of).await? {
            match self.edit(&channel, &ts, rendered).await {
                Err(error) if error.class == Class::Repair => {}
                edited => {
                    edited?;
                    return Ok(Spot { channel, thread: Some(ts) });
                }
            }
        }
        let channel = match of.1 {
            Recipient::Person(person) => self.dm(person).await?,
            Recipient::Channel(channel) => channel.clone(),
        };
        let spot = Spot { channel, thread: None };
        let (channel, ts) = self.post_at(&spot, rendered).await?;
        // It stands there: without this it would be posted once more.
        while let Err(error) = self.remember_approval_card(of, (&channel, &ts)).await {
            tracing::warn!(approval = %of.0, %error, "where a card stands could not be written");
            tokio::time::sleep(self.settings.first_pause).await;
        }
        Ok(Spot { channel, thread: Some(ts) })
    }

    /// Into the card's thread; a card that is gone is posted anew first.
    pub(super) async fn in_approval_thread(
        &self,
        of: Of<'_>,
        context: &Context,
        rendered: &Rendered,
    ) -> Result<(), Undelivered> {
        let card = self.render(&Notice::Question { approval: of.0.clone() }, context)?;
        let spot = match self.stands(of).await? {
            Some((channel, ts)) => Spot { channel, thread: Some(ts) },
            None => self.approval_card(of, &card).await?,
        };
        match self.post(&spot, rendered).await {
            Err(error) if error.class == Class::Repair => {
                let spot = self.approval_card(of, &card).await?;
                self.post(&spot, rendered).await.map_err(beyond_repair)?;
            }
            posted => {
                posted?;
            }
        }
        Ok(())
    }

    /// Where the card stands.
    async fn stands(
        &self,
        (id, recipient): Of<'_>,
    ) -> Result<Option<(String, String)>, StoreError> {
        let mut tx = self.db.read().await?;
        let cards = approvals::cards(&mut tx, id).await?;
        let mine = cards.into_iter().find(|card| card.recipient.0 == *recipient);
        Ok(mine.and_then(|Card { channel, ts, .. }| channel.zip(ts)))
    }

    async fn remember_approval_card(
        &self,
        of: Of<'_>,
        (channel, ts): (&str, &str),
    ) -> Result<(), StoreError> {
        let mut tx = self.db.write("remember a question's card").await?;
        approvals::set_card(&mut tx, of, channel, ts).await?;
        tx.commit().await
    }
}
