//! HTTP as somebody speaks it who does not keep to it: bodies that end early, come slowly, or are not
//! announced. A connection a request.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long any request may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// With its length before it.
    Length,
    /// In chunks, so that nobody knows beforehand how long it is.
    Chunked,
    /// With a length before it that is never reached: the sender hangs up.
    CutOff,
}

/// A request, complete.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub framing: Framing,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `None`: the server hung up without a word.
    pub status: Option<u16>,
    /// Head and body.
    pub text: String,
}

impl Answer {
    /// Whether the server says that it took it.
    pub fn accepted(&self) -> bool {
        self.status.is_some_and(|status| (200..400).contains(&status))
    }
}

impl Attempt {
    /// Sends it on a connection of its own, and reads until the server closes.
    pub async fn send(&self, to: SocketAddr) -> Answer {
        let spoken = tokio::time::timeout(PATIENCE, self.speak(to)).await;
        spoken.unwrap_or_else(|_| panic!("{} {}: no end in {PATIENCE:?}", self.method, self.path))
    }

    async fn speak(&self, to: SocketAddr) -> Answer {
        let connection = TcpStream::connect(to).await.expect("the server takes connections");
        let (mut from, mut into) = connection.into_split();
        let (head, body) = (self.head(), self.framed());
        let says = async {
            // A server that has heard enough hangs up; what it said is read all the same.
            let said = async {
                into.write_all(head.as_bytes()).await?;
                into.write_all(&body).await?;
                match self.framing {
                    Framing::CutOff => into.shutdown().await,
                    Framing::Length | Framing::Chunked => into.flush().await,
                }
            };
            drop(said.await);
            into
        };
        let hears = async {
            let mut heard = Vec::new();
            // A connection that is reset after the answer still gave the answer.
            drop(from.read_to_end(&mut heard).await);
            heard
        };
        let (_open, heard) = tokio::join!(says, hears);
        let text = String::from_utf8_lossy(&heard).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        Answer { status, text }
    }

    /// The request line and the headers.
    pub fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match self.framing {
            Framing::Length => head.push_str(&format!("content-length: {}\r\n", self.body.len())),
            Framing::Chunked => head.push_str("transfer-encoding: chunked\r\n"),
            Framing::CutOff => {
                head.push_str(&format!("content-length: {}\r\n", self.body.len() + 1));
            }
        }
        head.push_str("connection: close\r\n\r\n");
        head
    }

    fn framed(&self) -> Vec<u8> {
        if self.framing != Framing::Chunked {
            return self.body.clone();
        }
        let mut framed = Vec::with_capacity(self.body.len() + 64);
        for chunk in self.body.chunks(1 << 16) {
            framed.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            framed.extend_from_slice(chunk);
            framed.extend_from_slice(b"\r\n");
        }
        framed.extend_from_slice(b"0\r\n\r\n");
        framed
    }
}
