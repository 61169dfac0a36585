//! The bot's own pages, as a browser uses them.

use reqwest::{Client, RequestBuilder, StatusCode};

use mayfly::playground::Message;

/// What a page shows.
pub struct Shown {
    pub status: StatusCode,
    pub text: String,
    cookie: String,
}

impl Shown {
    /// What stands in the fields that hold secrets.
    pub fn secrets(&self) -> Vec<String> {
        let parts = self.text.split("class=\"secret\">").skip(1);
        parts.filter_map(|part| part.split('<').next()).map(str::to_owned).collect()
    }
}

/// A browser with its cookie.
pub struct Browser {
    http: Client,
}

impl Browser {
    pub fn new() -> Browser {
        crate::support::install_tls();
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Browser { http: http.build().expect("a client can be built") }
    }

    pub async fn gets(&self, url: &str) -> Shown {
        sent(self.http.get(url)).await
    }

    /// As one who is not a person follows a link.
    pub async fn crawls(&self, url: &str, agent: &str) -> Shown {
        sent(self.http.get(url).header("user-agent", agent)).await
    }

    pub async fn gets_with_password(&self, url: &str, password: &str) -> Shown {
        sent(self.http.get(url).basic_auth("preview", Some(password))).await
    }

    /// Opens a page and sends its form with these fields.
    pub async fn fills(&self, url: &str, fields: &[(&str, &str)]) -> Shown {
        let page = self.gets(url).await;
        sent(self.form(url, &page, fields)).await
    }

    /// The same, where perhaps nobody answers.
    pub async fn tries(&self, url: &str, fields: &[(&str, &str)]) -> Result<Shown, reqwest::Error> {
        let page = shown(self.http.get(url)).await?;
        shown(self.form(url, &page, fields)).await
    }

    /// The same, from the page of another site.
    pub async fn fills_from(&self, origin: &str, url: &str) -> Shown {
        let page = self.gets(url).await;
        sent(self.form(url, &page, &[]).header("origin", origin)).await
    }

    fn form(&self, url: &str, page: &Shown, fields: &[(&str, &str)]) -> RequestBuilder {
        // A page without a form gives no cookie; whoever sends one all the same makes it up.
        let cookie = if page.cookie.is_empty() { "mayfly_form=0" } else { &page.cookie };
        let secret = cookie.split_once('=').map(|(_, value)| value).unwrap_or_default();
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form", secret).extend_pairs(fields);
        self.http
            .post(url)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish())
    }
}

async fn sent(request: RequestBuilder) -> Shown {
    shown(request).await.expect("the page answers")
}

async fn shown(request: RequestBuilder) -> Result<Shown, reqwest::Error> {
    let answer = request.send().await?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let cookie = cookie.and_then(|c| c.split(';').next()).unwrap_or_default().to_owned();
    Ok(Shown { status: answer.status(), cookie, text: answer.text().await? })
}

/// The link in a message that leads to such a page.
pub fn link(message: &Message, kind: &str) -> String {
    let found = message.links().into_iter().find(|link| link.contains(kind));
    found.unwrap_or_else(|| panic!("there is no link to {kind} in: {}", message.plain()))
}
