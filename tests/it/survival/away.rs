//! Slack is away when the bot starts.

use mayfly::playground::Fault;

use super::bot::Installation;
use super::check::violations;
use super::life::Life;
use super::lives::Led;
use super::subjects::Subject;
use crate::e2e::pages::Browser;
use crate::support::database;

on_both! {
    async fn it_starts_without_slack_and_works_once_slack_is_back(database: Database) {
        let installation = Installation::new(database, Subject::Counted, |text| text).await;
        installation.slack.faults().always("*", Fault::Http(503));
        let soon = [("FIRST", "200ms"), ("LONGEST", "1s")];
        let soon = soon.map(|(which, pause)| (format!("MAYFLY_DELIVERY_{which}_PAUSE"), pause.to_owned()));
        let soon: Vec<_> = soon.iter().map(|(name, pause)| (name.as_str(), pause.clone())).collect();
        let mut bot = installation.start("one", &soon, "");
        let ready = format!("{}/readyz", bot.address().await);
        let page = Browser::new().gets(&ready).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Slack is away: "), "{}", page.text);
        bot.says("Slack is away: the bot starts without it").await;
        bot.says("Slack has not said whose bot this is; it is asked again").await;

        let (mut doctor, _) = installation.command("one", "doctor", "");
        let said = doctor.stdout(std::process::Stdio::piped()).output().expect("it runs");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains("warn  Slack token: ") && said.contains("starts without Slack"), "{said}");

        installation.slack.faults().clear();
        bot.says("Slack has said whose bot this is").await;
        let led = Led::new(&installation, Life::ByHand);
        led.lead(|| assert!(bot.is_running(), "{}", bot.told())).await;
        assert_eq!(violations(&led, 0).await, [""; 0]);
        let page = Browser::new().gets(&ready).await;
        assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ready\n"));
        bot.ends().await;
        drop(bot);
        installation.ends().await;
    }
}

#[tokio::test]
async fn a_token_that_slack_refuses_fails_the_start_with_its_cure() {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    installation.slack.faults().always("auth.test", Fault::Slack("invalid_auth".to_owned()));
    let mut bot = installation.start("one", &[], "");
    assert_eq!(bot.ended().await, Some(1), "{}", bot.told());
    let told = bot.told();
    assert!(told.contains("invalid_auth") && told.contains("check slack.bot_token"), "{told}");
    drop(bot);
    installation.ends().await;
}
