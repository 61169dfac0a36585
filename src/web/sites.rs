//! Preview sites: the folders that templates make, behind the lock that each of them names. On a port,
//! and so on an origin, of their own: what a branch publishes never runs beside our own pages.

use std::path::{Component, Path, PathBuf};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use constant_time_eq::constant_time_eq;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// Says who may see a site; itself it is never served.
const LOCK: &str = ".mayfly-site.json";

#[derive(Deserialize)]
struct Lock {
    user: String,
    /// In hex.
    password_sha256: String,
}

/// Serves every folder in `root` that has a lock.
pub fn routes(root: PathBuf) -> Router {
    Router::new().fallback(serve).with_state(root)
}

async fn serve(State(root): State<PathBuf>, request: Request) -> Response {
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return (StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n").into_response();
    }
    let path = request.uri().path().to_owned();
    let headers = request.headers().clone();
    let answer = tokio::task::spawn_blocking(move || answer(&root, &path, &headers)).await;
    answer.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn answer(root: &Path, path: &str, headers: &HeaderMap) -> Response {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    let Some((name, within)) = split(&decoded) else { return missing() };
    let site = root.join(&name);
    let Some(lock) = read_lock(&site) else { return missing() };
    if !opens(&lock, headers) {
        let ask = HeaderValue::from_static("Basic realm=\"Preview\", charset=\"UTF-8\"");
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, ask)],
            "The user name and the password are behind the Credentials button in Slack.\n",
        )
            .into_response();
    }
    let Some(within) = within else {
        // Relative links in the page need the slash.
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("/{name}/"))])
            .into_response();
    };
    match read(&site, &within) {
        Some((file, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, content_type(&file)),
                (header::CACHE_CONTROL, "no-cache"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
            ];
            (headers, bytes).into_response()
        }
        None => missing(),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such preview (any more).\n").into_response()
}

/// The site's name and the path within it; `None` for a path that leaves its site or is hidden.
fn split(path: &str) -> Option<(String, Option<PathBuf>)> {
    let path = path.strip_prefix('/')?;
    let (name, within) = match path.split_once('/') {
        Some((name, within)) => (name, Some(PathBuf::from(within))),
        None => (path, None),
    };
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    let fits = plain(name)
        && within.iter().flat_map(|within| within.components()).all(|part| match part {
            Component::Normal(part) => part.to_str().is_some_and(plain),
            _ => false,
        });
    fits.then(|| (name.to_owned(), within))
}

fn read_lock(site: &Path) -> Option<Lock> {
    serde_json::from_slice(&std::fs::read(site.join(LOCK)).ok()?).ok()
}

fn opens(lock: &Lock, headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|text| base64::prelude::BASE64_STANDARD.decode(text.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((user, password)) = given.as_deref().and_then(|given| given.split_once(':')) else {
        return false;
    };
    let digest = hex::encode(Sha256::digest(password.as_bytes()));
    let right_user = constant_time_eq(user.as_bytes(), lock.user.as_bytes());
    let right_password = constant_time_eq(digest.as_bytes(), lock.password_sha256.as_bytes());
    right_user & right_password
}

/// A file of the site, or the index of a folder; never through a link that leads out of the site.
fn read(site: &Path, within: &Path) -> Option<(PathBuf, Vec<u8>)> {
    let mut file = site.join(within);
    if file.is_dir() {
        file.push("index.html");
    }
    let real = file.canonicalize().ok()?;
    if !real.starts_with(site.canonicalize().ok()?) {
        return None;
    }
    let bytes = std::fs::read(&real).ok()?;
    Some((file, bytes))
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        let site = root.path().join("calm-otter");
        std::fs::create_dir(&site).expect("made");
        let digest = hex::encode(Sha256::digest(b"secret"));
        let lock = format!("{{\"user\":\"preview\",\"password_sha256\":\"{digest}\"}}");
        std::fs::write(site.join(LOCK), lock).expect("written");
        std::fs::write(site.join("index.html"), "<p>here").expect("written");
        std::fs::write(root.path().join("outside.txt"), "outside").expect("written");
        std::os::unix::fs::symlink("../outside.txt", site.join("link.txt")).expect("linked");
        root
    }

    fn status(root: &Path, path: &str, credentials: Option<&str>) -> u16 {
        let mut headers = HeaderMap::new();
        if let Some(credentials) = credentials {
            let basic = base64::prelude::BASE64_STANDARD.encode(credentials);
            let value = HeaderValue::from_str(&format!("Basic {basic}")).expect("a header");
            headers.insert(header::AUTHORIZATION, value);
        }
        answer(root, path, &headers).status().as_u16()
    }

    #[test]
    fn only_the_right_credentials_open_a_site() {
        let root = site();
        let root = root.path();
        assert_eq!(status(root, "/calm-otter/", Some("preview:secret")), 200);
        assert_eq!(status(root, "/calm-otter/index.html", Some("preview:secret")), 200);
        assert_eq!(status(root, "/calm-otter", Some("preview:secret")), 308);
        for wrong in
            [None, Some("preview:Secret"), Some("admin:secret"), Some("preview"), Some(":")]
        {
            assert_eq!(status(root, "/calm-otter/", wrong), 401, "{wrong:?}");
        }
    }

    #[test]
    fn nothing_hidden_and_nothing_outside_is_served() {
        let root = site();
        let open = Some("preview:secret");
        for path in [
            "/",
            "/calm-otter/.mayfly-site.json",
            "/calm-otter/../outside.txt",
            "/outside.txt",
            "/calm-otter/%2e%2e/outside.txt",
            "/calm-otter/link.txt",
            "/../etc/passwd",
            "/calm-otter//etc/passwd",
            "/calm-otter/%00",
            "/other/",
            "/./calm-otter/",
        ] {
            assert_eq!(status(root.path(), path, open), 404, "{path}");
        }
    }
}
