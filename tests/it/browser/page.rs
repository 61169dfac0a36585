//! The page as a person uses it: by what is written there. Whoever waits is told what there was instead.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use serde_json::Value;

use super::chromium::Chromium;
use crate::support::source;

/// How long any single step may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// As small as a picture for the documentation has to be, bytes.
const LARGEST_PICTURE: usize = 200_000;

pub const WIDE: (u32, u32) = (1280, 800);
pub const NARROW: (u32, u32) = (400, 800);

/// The keys that a person without a mouse has, as WebDriver names them.
pub mod keys {
    pub const TAB: &str = "\u{e004}";
    pub const ENTER: &str = "\u{e007}";
    pub const ESCAPE: &str = "\u{e00c}";
    pub const DOWN: &str = "\u{e015}";
}

pub struct Page {
    chromium: Chromium,
    url: String,
    /// The folder of this walk's pictures, below the others'.
    folder: &'static str,
}

impl Page {
    /// Opens the page, as alice.
    pub async fn start(url: &str, folder: &'static str) -> Page {
        let page = Page { chromium: Chromium::start().await, url: url.to_owned(), folder };
        page.chromium.size(WIDE.0, WIDE.1).await;
        page.becomes("alice").await;
        page
    }

    /// Loads the page anew as this person.
    pub async fn becomes(&self, person: &str) {
        let url = format!("{}?as={person}", self.url);
        self.client().goto(&url).await.expect("the page opens");
        self.see(&format!("//body[@data-ready='{person}']")).await;
    }

    /// Loads the page anew, as a person does who presses F5.
    pub async fn reload(&self) {
        self.client().refresh().await.expect("the page loads anew");
        self.see("//body[@data-ready]").await;
    }

    /// Another tab, with this person in it; the one before stays as it is.
    pub async fn tab_of(&self, person: &str) -> WindowHandle {
        let tab = self.client().new_window(true).await.expect("a tab opens").handle;
        self.look_at(&tab).await;
        self.chromium.size(WIDE.0, WIDE.1).await;
        self.becomes(person).await;
        tab
    }

    pub async fn tab(&self) -> WindowHandle {
        self.client().window().await.expect("there is a tab")
    }

    pub async fn look_at(&self, tab: &WindowHandle) {
        self.client().switch_to_window(tab.clone()).await.expect("the tab is there");
    }

    /// The tab that a press opens, already looked at; gives the one before.
    pub async fn follows_to_a_new_tab(&self, button: &str) -> WindowHandle {
        let before = self.client().windows().await.expect("there are tabs");
        let here = self.tab().await;
        self.press(button).await;
        let mut fresh = None;
        self.until("a new tab", async || {
            let now = self.client().windows().await.unwrap_or_default();
            fresh = now.into_iter().find(|w| !before.contains(w));
            fresh.is_some()
        })
        .await;
        let fresh = fresh.expect("it was waited for");
        self.look_at(&fresh).await;
        self.chromium.size(WIDE.0, WIDE.1).await;
        here
    }

    /// Closes this tab and goes back to that one.
    pub async fn close_tab(&self, back_to: &WindowHandle) {
        self.client().close_window().await.expect("the tab closes");
        self.look_at(back_to).await;
    }

    pub async fn goto(&self, url: &str) {
        self.client().goto(url).await.expect("the address opens");
    }

    pub async fn resize(&self, (width, height): (u32, u32)) {
        self.chromium.size(width, height).await;
    }

    /// Waits until this is there and visible.
    pub async fn see(&self, xpath: &str) {
        self.until(xpath, async || self.is_visible(xpath).await).await;
    }

    /// Waits until this is gone or hidden.
    pub async fn see_no(&self, xpath: &str) {
        self.until(&format!("no {xpath}"), async || !self.is_visible(xpath).await).await;
    }

    /// Whether it is there and visible now.
    pub async fn is_visible(&self, xpath: &str) -> bool {
        for element in self.client().find_all(Locator::XPath(xpath)).await.unwrap_or_default() {
            if element.is_displayed().await.unwrap_or(false) {
                return true;
            }
        }
        false
    }

    /// The text of this, when it is there.
    pub async fn text(&self, xpath: &str) -> String {
        let read = tokio::sync::Mutex::new(String::new());
        // What is drawn anew meanwhile is read again.
        self.until(&format!("to read {xpath}"), async || {
            let Ok(found) = self.client().find(Locator::XPath(xpath)).await else { return false };
            let text = found.text().await.unwrap_or_default();
            let is_there = !text.is_empty();
            *read.lock().await = text;
            is_there
        })
        .await;
        read.into_inner()
    }

    /// Presses it. What is covered or redrawn meanwhile is tried again, as a person would.
    pub async fn press(&self, xpath: &str) {
        self.until(&format!("to press {xpath}"), async || self.pressed(xpath).await.is_ok()).await;
    }

    async fn pressed(&self, xpath: &str) -> Result<(), CmdError> {
        self.client().find(Locator::XPath(xpath)).await?.click().await
    }

    /// Empties a field and types into it.
    pub async fn fill(&self, xpath: &str, text: &str) {
        self.see(xpath).await;
        let field = self.client().find(Locator::XPath(xpath)).await.expect("it was seen");
        field.clear().await.expect("it can be emptied");
        field.send_keys(text).await.expect("it can be typed into");
    }

    /// Keys go where the focus is.
    pub async fn types(&self, text: &str) {
        let focused = self.client().active_element().await.expect("something has the focus");
        focused.send_keys(text).await.expect("it takes the keys");
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.client().execute(script, Vec::new()).await.expect("the script runs")
    }

    /// What went wrong in the browser since this was last asked: errors, refused resources, and
    /// violations of the content security policy.
    pub async fn troubles(&self) -> Vec<String> {
        let log = self.chromium.log().await;
        let wrong = log.iter().filter(|entry| entry["level"] == "SEVERE");
        wrong.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Keeps a picture, and insists that nothing went wrong before it.
    pub async fn picture(&self, name: &str) {
        // Notifications go by themselves, and would lie over what the picture is to show.
        self.see_no("//*[@id='toasts']/*").await;
        assert_eq!(self.troubles().await, Vec::<String>::new(), "in the console, before {name}");
        let png = self.client().screenshot().await.expect("a picture can be taken");
        let file = pictures(self.folder).join(format!("{name}.png"));
        std::fs::write(&file, &png).expect("the picture can be written");
        assert!(png.len() < LARGEST_PICTURE, "{} is {} bytes large", file.display(), png.len());
    }

    /// What there is to see, for somebody who reads why a test failed.
    pub async fn describe(&self) -> String {
        let text = match self.client().find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_else(|e| e.to_string()),
            Err(error) => error.to_string(),
        };
        let test = std::thread::current().name().unwrap_or("a test").replace("::", "-");
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("failed-{test}.png"));
        let kept = match self.client().screenshot().await {
            Ok(png) => std::fs::write(&file, png).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let kept = kept.map_or_else(|e| e, |()| file.display().to_string());
        let troubles = self.troubles().await.join("\n");
        format!("the page said:\n{text}\n\nits picture: {kept}\nits console: {troubles}")
    }

    /// Ends the browser; nothing may have gone wrong in it by then.
    pub async fn end(self) {
        let closed = self.chromium.client.clone().close().await;
        closed.expect("the browser closes");
    }

    /// Waits until it holds.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = tokio::time::Instant::now();
        while !holds().await {
            assert!(begun.elapsed() < PATIENCE, "in {PATIENCE:?} there came not: {what}");
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    fn client(&self) -> &Client {
        &self.chromium.client
    }
}

/// `docs/screens` when it is asked for, else the folder that Cargo keeps for tests, as pictures in a folder of
/// their own always are: they show what others do.
fn pictures(below: &str) -> PathBuf {
    let asked = std::env::var("MAYFLY_SCREENS").is_ok_and(|v| v == "1");
    let folder = if asked && below.is_empty() {
        source::root().join("docs/screens")
    } else {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screens").join(below)
    };
    std::fs::create_dir_all(&folder).expect("the pictures' folder can be made");
    folder
}

/// A message in the conversation, the latest with these words.
pub fn message(words: &str) -> String {
    format!("({}[contains(., '{words}')])[last()]", "//main//div[@role='article']")
}

/// A message in the open thread, the latest with these words.
pub fn reply(words: &str) -> String {
    format!("({}[contains(., '{words}')])[last()]", "//aside[@id='thread']//div[@role='article']")
}

/// A button with this label.
pub fn button(within: &str, label: &str) -> String {
    format!("({within}//*[self::button or self::a][normalize-space(.)='{label}'])[last()]")
}

/// A field of the form, by its label.
pub fn field(label: &str) -> String {
    format!("//dialog//*[@id=//dialog//label[starts-with(normalize-space(.), '{label}')]/@for]")
}
