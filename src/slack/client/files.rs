//! Files: shared by Slack's own three steps. `files.upload`, which was one, has been gone since 2025.

use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::{Client, in_transit, read, retry_after, typed};
use crate::slack::error::CallError;

/// A file to be shared.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// With its ending, by which Slack shows it.
    pub name: &'a str,
    pub title: &'a str,
    /// What it shows, for whoever cannot see it; up to 1,000 characters.
    pub alt: &'a str,
    pub bytes: &'a [u8],
}

impl Client {
    /// Shares a file in a conversation (`C…`, `D…`), with a sentence above it. Needs `files:write`.
    ///
    /// It is shared as a message of its own. An image block that refers to a file is refused
    /// (`invalid_blocks`) until Slack has processed it, and always in an answer by `response_url`
    /// (slackapi/java-slack-sdk#1349).
    pub async fn share_file(
        &self,
        channel: &str,
        file: File<'_>,
        comment: &str,
    ) -> Result<(), CallError> {
        const BEGIN: &str = "files.getUploadURLExternal";
        let wanted = json!({
            "filename": file.name, "length": file.bytes.len(), "alt_txt": file.alt,
        });
        let place = self.call(BEGIN, &wanted).await?;
        let url = typed::required(BEGIN, &place["upload_url"])?;
        let id = typed::required(BEGIN, &place["file_id"])?;
        self.put_file(&url, file.bytes).await?;
        let shared = json!({
            "files": [{ "id": id, "title": file.title }],
            "channel_id": channel, "initial_comment": comment,
        });
        self.call("files.completeUploadExternal", &shared).await.map(|_| ())
    }

    /// The address is a secret of its own: no token is sent.
    async fn put_file(&self, url: &str, bytes: &[u8]) -> Result<(), CallError> {
        const METHOD: &str = "the upload of a file";
        let request = self.http.post(url).header(CONTENT_TYPE, "application/octet-stream");
        let response = request.body(bytes.to_vec()).send().await;
        let response = response.map_err(|e| in_transit(METHOD, e))?;
        let (status, after) = (response.status(), retry_after(response.headers()));
        read(METHOD, response).await?;
        if !status.is_success() {
            return Err(CallError::by_status(METHOD, status.as_u16(), after));
        }
        Ok(())
    }
}
