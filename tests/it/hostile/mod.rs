//! What comes to the bot's ports from people who mean it no good, or from programs that are broken. The bot
//! runs as `mayfly serve`, a process of its own.

mod bot;
mod doors;
mod kinds;
mod large;
mod rows;
mod storm;
mod wire;
