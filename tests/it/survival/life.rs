//! The ways to live, and what has to hold of each at its end, whatever happens to the bot meanwhile.

use mayfly::playground::Input;

/// A way to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Made, looked at, extended, destroyed by hand.
    ByHand,
    /// Made, warned of its end, and reaped.
    Reaped,
    /// Called off while it is made.
    CalledOff,
    /// It cannot be made.
    Fails,
    /// It cannot even be planned.
    Unplanned,
    /// Compared, and put back as its template says; policy refuses it at first.
    PutBack,
    /// Compared in vain, and what compares it called off.
    Compared,
    /// Throttled while it is planned; what destroys it fails until somebody has mended it, and tries once more.
    Troubled,
    /// What destroys it fails for good, and an operator says that it is gone.
    GivenUp,
    /// Made with a secret that is entered on a page, and shows one on another.
    Sealed,
    /// The bot is asked to end before it plans, and while it makes, and takes its engine along.
    Restarted,
    /// The database refuses a commit, and Slack takes its time.
    Stumbles,
    /// The supervisor of what makes it is killed.
    Unwatched,
    /// Something of it is found in its cloud when it is gone, and destroyed; what is nobody's is adopted.
    Orphaned,
    /// Refused once, approved, not extended; and the policies are read anew.
    Approved,
    /// Somebody has to approve it, and does not.
    Rejected,
    /// The machine that makes it is gone for good.
    LostSightOf,
}

/// What has to hold at its end.
pub struct Expected {
    /// The statuses that it goes through.
    pub statuses: &'static [&'static str],
    /// The runs, by kind and end.
    pub runs: &'static [&'static str],
    /// What its thread has to say between the plan and the receipt, each at least once.
    pub says: &'static [&'static str],
    /// What only its last message says.
    pub receipt: &'static str,
    /// How often its last resource is made, and its first destroyed.
    pub traced: (usize, usize),
    /// How many messages of its thread say what another said before, of another run.
    pub repeats: usize,
}

const EMPTY: &str = "its state is empty";
const MADE: Expected = Expected {
    statuses: &["provisioning", "ready", "destroying", "destroyed"],
    runs: &["create succeeded", "destroy succeeded"],
    says: &["is ready"],
    receipt: EMPTY,
    traced: (1, 1),
    repeats: 0,
};
const UNMADE: Expected = Expected {
    statuses: &["provisioning", "failed", "destroying", "destroyed"],
    runs: &["create failed", "destroy succeeded"],
    says: &["it failed at"],
    ..MADE
};

/// What a template says that is given something for its cloud.
const WANTS_CREDENTIALS: &str = "credentials:\n  environment: [AWS_SECRET_ACCESS_KEY]\n";

impl Life {
    /// All that end well by themselves, with one machine.
    pub const ALL: [Life; 16] = [
        Life::ByHand,
        Life::Reaped,
        Life::CalledOff,
        Life::Fails,
        Life::Unplanned,
        Life::PutBack,
        Life::Compared,
        Life::Troubled,
        Life::GivenUp,
        Life::Sealed,
        Life::Restarted,
        Life::Stumbles,
        Life::Unwatched,
        Life::Orphaned,
        Life::Approved,
        Life::Rejected,
    ];

    /// The template's manifest as this life wants it.
    pub fn manifest(self, text: String) -> String {
        match self {
            Life::Reaped => text
                .replace("default: 4h", "default: 3s")
                .replace("grace: 15m", "grace: 1s")
                .replace("warnings: [1h]", "warnings: [2s]"),
            Life::Orphaned => text.replace(WANTS_CREDENTIALS, ""),
            _ => text,
        }
    }

    pub fn expected(self) -> Expected {
        match self {
            Life::ByHand | Life::Stumbles => {
                Expected { says: &["is ready", "extended it by"], ..MADE }
            }
            Life::Reaped => Expected { says: &["is ready", "⏰"], ..MADE },
            Life::CalledOff => Expected {
                runs: &["create cancelled", "destroy succeeded"],
                says: &["is cancelled"],
                ..UNMADE
            },
            Life::Fails | Life::LostSightOf | Life::Unwatched => UNMADE,
            Life::Unplanned => Expected {
                runs: &["create failed"],
                receipt: "it failed at",
                traced: (0, 0),
                ..UNMADE
            },
            Life::PutBack => Expected {
                statuses: &[
                    "provisioning",
                    "ready",
                    "updating",
                    "ready",
                    "updating",
                    "ready",
                    "destroying",
                    "destroyed",
                ],
                runs: &[
                    "create succeeded",
                    "drift succeeded",
                    "update failed",
                    "update succeeded",
                    "destroy succeeded",
                ],
                says: &["is ready", "No drift", "nothing was changed", "+0 ~1 -0"],
                ..MADE
            },
            Life::Compared => Expected {
                runs: &["create succeeded", "drift failed", "drift cancelled", "destroy succeeded"],
                says: &["is ready", "it failed at", "called off"],
                ..MADE
            },
            Life::Troubled => Expected {
                statuses: &[
                    "provisioning",
                    "ready",
                    "destroying",
                    "quarantined",
                    "destroying",
                    "destroyed",
                ],
                runs: &[
                    "create succeeded",
                    "destroy failed",
                    "destroy failed",
                    "destroy failed",
                    "destroy succeeded",
                ],
                says: &["is ready", "is not tried again by itself"],
                // The second and the third destroy come equally far.
                repeats: 1,
                ..MADE
            },
            Life::GivenUp => Expected {
                statuses: &["provisioning", "ready", "destroying", "quarantined", "destroyed"],
                runs: &["create succeeded", "destroy failed", "destroy failed", "destroy failed"],
                says: &["is ready", "is not tried again by itself"],
                receipt: "is marked as gone",
                traced: (1, 0),
                repeats: 1,
            },
            Life::Sealed => Expected { says: &["waits for you", "is ready"], ..MADE },
            Life::Restarted => MADE,
            Life::Approved => {
                Expected { says: &["waits for an approval", "is approved", "is ready"], ..MADE }
            }
            Life::Rejected => Expected {
                statuses: &["provisioning", "rejected"],
                runs: &["create failed"],
                says: &["waits for an approval", "not this time"],
                receipt: "nothing was made",
                traced: (0, 0),
                repeats: 0,
            },
            Life::Orphaned => Expected {
                statuses: &[
                    "provisioning",
                    "ready",
                    "destroying",
                    "destroyed",
                    "destroying",
                    "destroyed",
                ],
                runs: &["create succeeded", "destroy succeeded", "destroy succeeded"],
                says: &["is ready", "once more"],
                traced: (1, 2),
                // Each destroy says how far it came.
                repeats: 1,
                ..MADE
            },
        }
    }

    /// The status that it ends with.
    pub fn end(self) -> &'static str {
        self.expected().statuses.last().copied().unwrap_or_default()
    }

    /// Whether what it has made stays, with its state.
    pub fn leaves_all(self) -> bool {
        self == Life::GivenUp
    }

    /// Lines for the worker's settings.
    pub fn settings(self) -> &'static str {
        match self {
            Life::Restarted => "on_stop = \"interrupt\"\n",
            _ => "",
        }
    }

    /// A fail point that belongs to it.
    pub fn armed(self) -> Option<&'static str> {
        (self == Life::Stumbles).then_some("end a step/refused=3*off->1*return")
    }

    /// The project that it is ordered for.
    pub fn project(self) -> Option<&'static str> {
        matches!(self, Life::Approved | Life::Rejected).then_some("guarded")
    }

    pub fn inputs(self) -> Vec<(&'static str, Input)> {
        match self {
            Life::CalledOff => vec![("in_seconds", "600".into())],
            Life::Restarted => vec![("in_seconds", "3".into())],
            Life::Unwatched => vec![("in_seconds", "30".into())],
            Life::Fails => vec![("in_fails", Input::Option("Yes".into()))],
            _ => Vec::new(),
        }
    }
}
