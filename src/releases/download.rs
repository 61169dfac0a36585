//! One large file into a `.part` that survives an interruption and is gone on with.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use url::Url;

use super::fetch::cause;
use super::{Event, InstallError, Tell};

/// How often a connection that broke is taken up again by itself, as long as more came each time.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

pub(super) struct Download<'a> {
    pub(super) http: &'a reqwest::Client,
    pub(super) url: &'a Url,
    /// What is being installed, for the error when there is none.
    pub(super) wanted: String,
    pub(super) part: PathBuf,
    /// In bytes.
    pub(super) most: u64,
}

/// What the bytes in the `.part` file are the beginning of.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    url: String,
    /// A strong ETag or the time of change: whether the site still has the same file.
    validator: Option<String>,
    /// In bytes.
    total: Option<u64>,
}

/// How an attempt ended when it did not end well.
enum Ended {
    /// The same bytes may be asked for again.
    Broken(String),
    /// What is there belongs to another file.
    Stale,
    For(InstallError),
}

impl Download<'_> {
    /// Downloads, going on where an earlier one ended.
    pub(super) async fn whole(&self, tell: Tell<'_>) -> Result<(), InstallError> {
        let mut tries = 1;
        loop {
            let before = self.have();
            match self.attempt(tell).await {
                Ok(()) => return Ok(()),
                Err(Ended::For(error)) => return Err(error),
                Err(Ended::Stale) if tries < TRIES => self.discard()?,
                Err(Ended::Broken(_)) if tries < TRIES && self.have() > before => {
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
                Err(Ended::Broken(why)) => return Err(self.broke_off(why)),
                Err(Ended::Stale) => return Err(self.broke_off("it changes all the time".into())),
            }
            tries += 1;
        }
    }

    /// Removes what was downloaded.
    pub(super) fn discard(&self) -> Result<(), InstallError> {
        for file in [self.mark_file(), self.part.clone()] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(InstallError::file(file)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn attempt(&self, tell: Tell<'_>) -> Result<(), Ended> {
        let mark = self.mark();
        let have = mark.as_ref().map_or(0, |_| self.have());
        let mut request = self.http.get(self.url.clone()).header(ACCEPT_ENCODING, "identity");
        if have > 0 {
            request = request.header(RANGE, format!("bytes={have}-"));
            let validator = mark.as_ref().and_then(|mark| mark.validator.as_deref());
            if let Some(validator) = validator.and_then(|v| HeaderValue::from_str(v).ok()) {
                request = request.header(IF_RANGE, validator);
            }
        }
        let answer = request.send().await.map_err(|error| {
            let why = cause(&error);
            Ended::For(InstallError::Unreachable { url: self.url.to_string(), why })
        })?;
        let range = content_range(answer.headers());
        let total_before = mark.and_then(|mark| mark.total);
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if have > 0 => {
                let fits = range.is_some_and(|(start, total)| {
                    start == Some(have) && (total_before.is_none() || total == total_before)
                });
                if !fits {
                    return Err(Ended::Stale);
                }
                tell(Event::Resumes { at: have });
                self.write(answer, have, total_before, tell).await
            }
            StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => match range {
                // All of it came before; whether it is right, its checksum says.
                Some((None, Some(total))) if total == have => Ok(()),
                _ => Err(Ended::Stale),
            },
            StatusCode::OK => {
                let total = answer.content_length();
                self.begin(answer.headers(), total).map_err(Ended::For)?;
                self.write(answer, 0, total, tell).await
            }
            StatusCode::NOT_FOUND => Err(Ended::For(InstallError::NoSuchRelease {
                wanted: self.wanted.clone(),
                url: self.url.to_string(),
            })),
            other => Err(Ended::For(InstallError::Refused {
                url: self.url.to_string(),
                status: other.as_u16(),
            })),
        }
    }

    /// Forgets what was there and notes what will be.
    fn begin(&self, headers: &HeaderMap, total: Option<u64>) -> Result<(), InstallError> {
        self.discard()?;
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        // A weak ETag may stay while bytes change.
        let etag = text(ETAG).filter(|etag| !etag.starts_with("W/"));
        let validator = etag.or_else(|| text(LAST_MODIFIED)).map(str::to_owned);
        let mark = Mark { url: self.url.to_string(), validator, total };
        let json = serde_json::to_vec(&mark).map_err(std::io::Error::from);
        let written = json.and_then(|json| std::fs::write(self.mark_file(), json));
        written.map_err(InstallError::file(self.mark_file()))
    }

    async fn write(
        &self,
        mut answer: Response,
        from: u64,
        total: Option<u64>,
        tell: Tell<'_>,
    ) -> Result<(), Ended> {
        let failed = |source| Ended::For(InstallError::file(&self.part)(source));
        let file = tokio::fs::File::options().append(true).create(true).open(&self.part).await;
        let mut file = file.map_err(failed)?;
        let mut done = from;
        let ended = loop {
            let chunk = match answer.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(error) => break Some(cause(&error)),
            };
            done += chunk.len() as u64;
            if done > self.most || total.is_some_and(|total| done > total) {
                self.discard().map_err(Ended::For)?;
                let most = total.unwrap_or(self.most).min(self.most);
                let url = self.url.to_string();
                return Err(Ended::For(InstallError::TooLarge { url, most }));
            }
            file.write_all(&chunk).await.map_err(failed)?;
            tell(Event::Progress { done, total });
        };
        // Without this, what was written last could still be on its way.
        file.flush().await.map_err(failed)?;
        match ended {
            Some(why) => Err(Ended::Broken(why)),
            None if total.is_some_and(|total| done < total) => {
                Err(Ended::Broken("the site ended it too early".to_owned()))
            }
            None => Ok(()),
        }
    }

    fn mark_file(&self) -> PathBuf {
        self.part.with_added_extension("json")
    }

    /// What the `.part` file is of; `None` when that is not known, or another file.
    fn mark(&self) -> Option<Mark> {
        let bytes = std::fs::read(self.mark_file()).ok()?;
        let mark: Mark = serde_json::from_slice(&bytes).ok()?;
        let can_be_told_apart = mark.validator.is_some() || mark.total.is_some();
        (mark.url == self.url.as_str() && can_be_told_apart).then_some(mark)
    }

    /// In bytes.
    fn have(&self) -> u64 {
        std::fs::metadata(&self.part).map_or(0, |metadata| metadata.len())
    }

    fn broke_off(&self, why: String) -> InstallError {
        InstallError::BrokeOff { url: self.url.to_string(), have: self.have(), why }
    }
}

/// Where a part begins (`None` when the site cannot serve it) and how large the whole is.
fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.trim().parse().ok());
    Some((start, total.trim().parse().ok()))
}
