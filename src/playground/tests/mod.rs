//! The workspace, judged without the bot.
