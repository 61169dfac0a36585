//! A server that stands for the release sites.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_RANGE, RANGE};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use mayfly::releases::Machine;
use sha2::{Digest as _, Sha256};

use super::signer::Signer;

/// How many bytes are sent at a time.
const CHUNK: usize = 8 * 1024;

pub struct TestSite {
    /// Ends with a slash.
    pub url: String,
    pub signer: Signer,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
pub struct Inner {
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was asked for, in this order.
    pub asked: Vec<Asked>,
    /// The connection breaks at this byte of an archive, this many times.
    pub breaks: Option<(usize, usize)>,
    pub no_ranges: bool,
    /// Parts are served whatever `If-Range` says.
    pub no_if_range: bool,
    /// Everything is answered with this.
    pub status: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub range: Option<String>,
    pub if_range: Option<String>,
    /// How many bytes of it were sent.
    pub sent: usize,
}

impl TestSite {
    pub async fn start() -> TestSite {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let app = Router::new().fallback(serve).with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
        let url = format!("http://{}/", listener.local_addr().expect("has one"));
        tokio::spawn(async move { axum::serve(listener, app).await });
        TestSite { url, signer: Signer::new(), inner }
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nothing panics under it")
    }

    /// Publishes an archive, with its checksums and their signature, as its publisher does.
    pub fn publish(&self, release: Release, archive: Vec<u8>) {
        let sum = hex::encode(Sha256::digest(&archive));
        let sums = format!("{}  another_file.zip\n{sum}  {}\n", "0".repeat(64), release.archive);
        let mut inner = self.inner();
        if let Some(signature) = &release.signature {
            inner.files.insert(signature.clone(), self.signer.sign(sums.as_bytes()));
        }
        inner.files.insert(release.checksums, sums.into_bytes());
        inner.files.insert(format!("{}{}", release.folder, release.archive), archive);
    }

    /// What was asked for of the archive.
    pub fn asked_for_archive(&self) -> Vec<Asked> {
        let is_archive = |asked: &&Asked| asked.path.ends_with("zip") || asked.path.ends_with("gz");
        self.inner().asked.iter().filter(is_archive).cloned().collect()
    }
}

/// The names of a release's files, as the publishers' sites have them.
#[derive(Debug, Clone)]
pub struct Release {
    folder: String,
    archive: String,
    pub checksums: String,
    pub signature: Option<String>,
}

impl Release {
    pub fn tofu() -> Release {
        let Machine { os, arch } = Machine::this().expect("tests run where there are releases");
        Release {
            folder: "/v1.12.6/".to_owned(),
            archive: format!("tofu_1.12.6_{os}_{arch}.zip"),
            checksums: "/v1.12.6/tofu_1.12.6_SHA256SUMS".to_owned(),
            signature: Some("/v1.12.6/tofu_1.12.6_SHA256SUMS.gpgsig".to_owned()),
        }
    }

    pub fn terraform() -> Release {
        let Machine { os, arch } = Machine::this().expect("tests run where there are releases");
        Release {
            folder: "/1.11.4/".to_owned(),
            archive: format!("terraform_1.11.4_{os}_{arch}.zip"),
            checksums: "/1.11.4/terraform_1.11.4_SHA256SUMS".to_owned(),
            signature: Some("/1.11.4/terraform_1.11.4_SHA256SUMS.sig".to_owned()),
        }
    }

    pub fn pulumi() -> Release {
        let Machine { os, arch } = Machine::this().expect("tests run where there are releases");
        let arch = if arch == "amd64" { "x64" } else { arch };
        Release {
            folder: "/".to_owned(),
            archive: format!("pulumi-v3.219.0-{os}-{arch}.tar.gz"),
            checksums: "/pulumi-3.219.0-checksums.txt".to_owned(),
            signature: None,
        }
    }

    pub fn archive(&self) -> String {
        format!("{}{}", self.folder, self.archive)
    }
}

/// A program that tells its version and notes its calls; large enough to be interrupted.
pub fn script(calls: Option<&std::path::Path>) -> Vec<u8> {
    let mut script = "#!/bin/sh\n".to_owned();
    if let Some(calls) = calls {
        script += &format!("echo \"$*\" >> '{}'\n", calls.display());
    }
    script +=
        "[ \"$1\" = version ] && echo '{\"terraform_version\":\"1.12.6\"}' && exit 0\nexit 1\n";
    script += &"# Nothing of this is run.\n".repeat(30_000);
    script.into_bytes()
}

/// A zip with these files, not compressed, so that its size is theirs.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(zip::CompressionMethod::Stored, files)
}

pub fn zip_by(method: zip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        writer.start_file(*name, options).expect("begins");
        writer.write_all(content).expect("is written");
    }
    writer.finish().expect("ends").into_inner()
}

pub fn tar_gz(files: &[(&str, &[u8])]) -> Vec<u8> {
    let gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        // `set_path` refuses what leads elsewhere, as an evil archive does not.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *content).expect("is written");
    }
    tar.into_inner().expect("ends").finish().expect("ends")
}

async fn serve(State(inner): State<Arc<Mutex<Inner>>>, request: Request) -> Response {
    let text = |name| {
        let value = request.headers().get(name);
        value.and_then(|v: &axum::http::HeaderValue| v.to_str().ok()).map(str::to_owned)
    };
    let path = request.uri().path().to_owned();
    let (range, if_range) = (text(RANGE), text(IF_RANGE));
    let mut held = inner.lock().expect("nothing panics under it");
    let n = held.asked.len();
    let asked =
        Asked { path: path.clone(), range: range.clone(), if_range: if_range.clone(), sent: 0 };
    held.asked.push(asked);
    if let Some(status) = held.status {
        return StatusCode::from_u16(status).expect("is one").into_response();
    }
    let Some(file) = held.files.get(&path).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!("\"{}\"", &hex::encode(Sha256::digest(&file))[..16]);
    let is_same = held.no_if_range || if_range.is_none_or(|validator| validator == etag);
    let from = range
        .filter(|_| !held.no_ranges && is_same)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let whole = file.len();
    if from.is_some_and(|from| from >= whole) {
        let range = format!("bytes */{whole}");
        return (StatusCode::RANGE_NOT_SATISFIABLE, [(CONTENT_RANGE, range)]).into_response();
    }
    let begin = from.unwrap_or(0);
    let is_archive = path.ends_with("zip") || path.ends_with("gz");
    let end = match &mut held.breaks {
        Some((at, times)) if *times > 0 && is_archive => {
            *times -= 1;
            Some(*at)
        }
        _ => None,
    };
    let until = end.unwrap_or(whole).clamp(begin, whole);
    held.asked[n].sent = until - begin;
    drop(held);
    let mut pieces: Vec<std::io::Result<Bytes>> =
        file[begin..until].chunks(CHUNK).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    if end.is_some() {
        pieces.push(Err(std::io::Error::other("the connection breaks")));
    }
    // A little at a time, as a network does; what was sent before a break arrives.
    let body = stream::iter(pieces).then(async |piece| {
        tokio::time::sleep(std::time::Duration::from_millis(if piece.is_err() { 100 } else { 1 }))
            .await;
        piece
    });
    let mut answer = Response::builder()
        .header(ETAG, etag)
        .header(CONTENT_LENGTH, (whole - begin).to_string())
        .status(if from.is_some() { 206 } else { 200 });
    if from.is_some() {
        answer = answer.header(CONTENT_RANGE, format!("bytes {begin}-{}/{whole}", whole - 1));
    }
    answer.body(Body::from_stream(body)).expect("is an answer")
}
