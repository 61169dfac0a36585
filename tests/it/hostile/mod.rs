//! What comes to the bot's ports from people who mean it no good.
