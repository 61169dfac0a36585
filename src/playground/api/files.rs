//! `files.*`: an address to upload to, the bytes, and the message that shares them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::args::Args;
use super::chat::{Draft, post_as_app, writable};
use super::{Answer, Refusal, log};
use crate::playground::Fault;
use crate::playground::inner::Inner;
use crate::playground::state::File;

/// As the log of calls names it.
const UPLOAD: &str = "upload";

/// Slack's limit on an image's description.
const ALT_CHARACTERS: usize = 1000;

pub(super) fn upload_url(inner: &Inner, args: &Args) -> Answer {
    let name = args.required("filename")?.to_owned();
    let length = args.number("length").filter(|length| *length > 0);
    let length = length.ok_or_else(|| Refusal::missing("length"))?;
    let alt = args.text("alt_txt").unwrap_or_default().to_owned();
    if alt.chars().count() > ALT_CHARACTERS {
        return Err("alt_txt_too_large".into());
    }
    inner.change(|s| {
        let (id, key) = (s.id("F"), s.secret(16));
        let upload_url = format!("{}/upload/v1/{key}", inner.base_url());
        s.files.push(File {
            id: id.clone(),
            key,
            name,
            alt,
            length,
            bytes: None,
            is_complete: false,
        });
        Ok(json!({ "upload_url": upload_url, "file_id": id }))
    })
}

/// Takes the bytes; the address is all that is asked for.
pub(super) async fn upload(
    State(inner): State<Arc<Inner>>,
    Path(key): Path<String>,
    body: Bytes,
) -> Response {
    if let Some(Fault::Http(status)) = inner.faults.meet(UPLOAD, &[]) {
        log(&inner, UPLOAD, &Value::Null, (status, None));
        return StatusCode::from_u16(status).unwrap_or_default().into_response();
    }
    let length = body.len();
    let taken = inner.change(|s| {
        let file = s.files.iter_mut().find(|file| file.key == key && !file.is_complete);
        let file = file.filter(|file| file.length == length)?;
        file.bytes = Some(body);
        Some(())
    });
    let status = if taken.is_some() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    log(&inner, UPLOAD, &json!({ "length": length }), (status.as_u16(), None));
    (status, format!("{} - {length}", if taken.is_some() { "OK" } else { "FAILED" }))
        .into_response()
}

/// Each upload is completed once; without a conversation the file stays the app's own.
pub(super) fn complete(inner: &Inner, args: &Args) -> Answer {
    let wanted = args.structure("files").ok().flatten();
    let wanted = wanted.as_ref().and_then(Value::as_array).filter(|all| !all.is_empty());
    let wanted = wanted.ok_or_else(|| Refusal::missing("files"))?;
    inner.change(|s| {
        let channel = args.text("channel_id").map(|id| writable(inner, s, id)).transpose()?;
        let mut shown = Vec::new();
        for one in wanted {
            let of = |file: &&mut File| one["id"] == *file.id && !file.is_complete;
            let file = s.files.iter_mut().find(of).ok_or("file_not_found")?;
            if file.bytes.is_none() {
                return Err("file_not_found".into());
            }
            file.is_complete = true;
            let title = one["title"].as_str().unwrap_or(&file.name).to_owned();
            shown.push(as_shown(inner, file, &title));
        }
        if let Some(channel) = channel {
            let mut draft = Draft {
                text: args.text("initial_comment").unwrap_or_default().to_owned(),
                ..Draft::default()
            };
            draft.extra.insert("files".to_owned(), shown.clone().into());
            post_as_app(inner, s, &channel, draft);
        }
        Ok(json!({ "files": shown }))
    })
}

fn as_shown(inner: &Inner, file: &File, title: &str) -> Value {
    let kind = kind(file.bytes.as_deref().unwrap_or_default());
    let (filetype, mimetype) = kind.unwrap_or(("binary", "application/octet-stream"));
    let place = format!("files-pri/{}-{}/{}", inner.who.team_id, file.id, file.name);
    json!({
        "id": file.id, "name": file.name, "title": title, "filetype": filetype,
        "mimetype": mimetype, "size": file.length, "alt_txt": file.alt,
        "url_private": format!("{}/{place}", inner.base_url()),
    })
}

/// The bytes, for whoever the message shows them to: the page, and tests.
pub(in crate::playground) async fn serve(
    State(inner): State<Arc<Inner>>,
    Path((place, _name)): Path<(String, String)>,
) -> Response {
    let bytes = inner.look(|s| {
        let id = place.strip_prefix(&inner.who.team_id)?.strip_prefix('-')?;
        let file = s.files.iter().find(|file| file.id == id && file.is_complete)?;
        file.bytes.clone()
    });
    let Some(bytes) = bytes else { return StatusCode::NOT_FOUND.into_response() };
    let mimetype = kind(&bytes).map_or("application/octet-stream", |(_, mimetype)| mimetype);
    let headers = [(header::CONTENT_TYPE, mimetype), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, bytes).into_response()
}

/// By what it begins with: the images that Slack shows.
fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some(("png", "image/png")),
        [0xff, 0xd8, 0xff, ..] => Some(("jpg", "image/jpeg")),
        [b'G', b'I', b'F', b'8', ..] => Some(("gif", "image/gif")),
        _ => None,
    }
}
