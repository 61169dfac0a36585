//! What Slack is: its Web API and the classes of its answers, its pace, its signatures, its limits
//! and its Socket Mode. Knows nothing of environments; messages and views are JSON that others make.

mod backoff;
pub mod client;
pub mod error;
pub mod limits;
pub mod pace;
pub mod roots;
pub mod signature;
pub mod socket;

pub use backoff::Backoff;
pub use client::{Client, ClientError, ClientSettings, File, Identity, UserInfo};
pub use error::{CallError, Class};
pub use pace::{PaceSettings, Paced, Pacer};
pub use socket::{
    Envelope, EnvelopeKind, Receiver, Socket, SocketSettings, Status as SocketStatus,
};
