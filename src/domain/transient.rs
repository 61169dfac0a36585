//! Failures that pass by themselves: what an engine, a provider or a registry prints of them.

use super::text_enum::text_enum;

text_enum! {
    /// Why a failure is worth another try.
    Transient {
        /// The provider wants fewer calls.
        Throttled = "throttled",
        /// Somebody at the other end did not answer, or the line broke.
        Unreachable = "unreachable",
        /// The other end has trouble of its own: an HTTP status of 5xx.
        Upstream = "upstream",
        /// Another holds the state's lock.
        Locked = "locked",
        /// The engine was killed from outside, as the system does when memory is short.
        Killed = "killed",
    }
}

/// The words of each, in lower case; the first that is met counts, so that what throttles by a 503 (S3's SlowDown)
/// is called throttled. Each line says who prints it.
const WORDS: &[(&str, Transient)] = &[
    // AWS's codes of throttling, as botocore's `retryhandler` and aws-sdk-go-v2's
    // `retry.DefaultThrottleErrorCodes` list them; the AWS provider prints `api error <Code>: <message>`.
    ("throttlingexception", Transient::Throttled),
    ("throttledexception", Transient::Throttled),
    ("requestthrottled", Transient::Throttled),
    ("toomanyrequestsexception", Transient::Throttled),
    ("provisionedthroughputexceeded", Transient::Throttled),
    ("requestlimitexceeded", Transient::Throttled),
    ("bandwidthlimitexceeded", Transient::Throttled),
    ("transactioninprogressexception", Transient::Throttled),
    ("priorrequestnotcomplete", Transient::Throttled),
    ("slowdown", Transient::Throttled),
    ("api error throttling", Transient::Throttled),
    ("rate exceeded", Transient::Throttled),
    // Google's and Azure's providers, and registries that limit: the HTTP status's own text (RFC 6585).
    ("ratelimitexceeded", Transient::Throttled),
    ("too many requests", Transient::Throttled),
    ("statuscode: 429", Transient::Throttled),
    ("error 429", Transient::Throttled),
    // Terraform's and OpenTofu's `statemgr` and Pulumi's file backend.
    ("error acquiring the state lock", Transient::Locked),
    ("the stack is currently locked", Transient::Locked),
    // Go's `net`, `net/http`, `context` and `io`, which all the engines and providers are written with.
    ("connection reset by peer", Transient::Unreachable),
    ("connection refused", Transient::Unreachable),
    ("broken pipe", Transient::Unreachable),
    ("network is unreachable", Transient::Unreachable),
    ("no route to host", Transient::Unreachable),
    ("i/o timeout", Transient::Unreachable),
    ("tls handshake timeout", Transient::Unreachable),
    ("client.timeout exceeded", Transient::Unreachable),
    ("context deadline exceeded", Transient::Unreachable),
    ("server misbehaving", Transient::Unreachable),
    ("temporary failure in name resolution", Transient::Unreachable),
    ("use of closed network connection", Transient::Unreachable),
    ("http2: server sent goaway", Transient::Unreachable),
    ("unexpected eof", Transient::Unreachable),
    (": eof", Transient::Unreachable),
    // aws-sdk-go-v2 of an answer that never came.
    ("request send failed", Transient::Unreachable),
    ("requesttimeout", Transient::Unreachable),
    // AWS's codes of its own trouble, and the HTTP statuses as Go prints them (RFC 9110).
    ("statuscode: 500", Transient::Upstream),
    ("statuscode: 502", Transient::Upstream),
    ("statuscode: 503", Transient::Upstream),
    ("statuscode: 504", Transient::Upstream),
    ("internalerror:", Transient::Upstream),
    ("internalfailure", Transient::Upstream),
    ("serviceunavailable", Transient::Upstream),
    ("500 internal server error", Transient::Upstream),
    ("502 bad gateway", Transient::Upstream),
    ("503 service unavailable", Transient::Upstream),
    ("504 gateway timeout", Transient::Upstream),
    ("504 gateway time-out", Transient::Upstream),
    // Google's providers: `googleapi: Error 503: …`.
    ("googleapi: error 500", Transient::Upstream),
    ("googleapi: error 502", Transient::Upstream),
    ("googleapi: error 503", Transient::Upstream),
    ("googleapi: error 504", Transient::Upstream),
];

impl Transient {
    /// What the words of a failure say; `None`: nothing that passes by itself, as far as anybody knows.
    pub fn of_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Transient> {
        let said: Vec<String> = words.into_iter().map(str::to_lowercase).collect();
        let met = |word: &str| said.iter().any(|text| has(text, word));
        WORDS.iter().find(|(word, _)| met(word)).map(|(_, why)| *why)
    }
}

/// Whether it stands there, and not as the beginning of a longer word or number: `error 429` is not `error 4290`.
fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let next = text[at + word.len()..].chars().next();
        let last = word.chars().next_back();
        let digits = last.is_some_and(|c| c.is_ascii_digit());
        let letters = word == ": eof";
        match next {
            Some(next) if digits => !next.is_ascii_digit(),
            Some(next) if letters => !next.is_alphanumeric(),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_classified() {
        use Transient as T;
        for (text, expected) in [
            // The AWS provider.
            (
                "creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 503, RequestID: 1-2, api error RequestLimitExceeded: Request limit exceeded.",
                Some(T::Throttled),
            ),
            (
                "operation error S3: PutObject, https response error StatusCode: 503, RequestID: A, HostID: B, api error SlowDown: Please reduce your request rate.",
                Some(T::Throttled),
            ),
            (
                "operation error IAM: CreateRole, exceeded maximum number of attempts, 25, https response error StatusCode: 400, RequestID: 1, api error Throttling: Rate exceeded",
                Some(T::Throttled),
            ),
            ("api error ThrottlingException: Rate exceeded", Some(T::Throttled)),
            (
                "operation error STS: GetCallerIdentity, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://sts.eu-west-1.amazonaws.com/\": dial tcp 10.0.0.1:443: i/o timeout",
                Some(T::Unreachable),
            ),
            (
                "https response error StatusCode: 500, RequestID: 1, api error InternalFailure: We encountered an internal error.",
                Some(T::Upstream),
            ),
            // `terraform init` and `tofu init`.
            (
                "Could not retrieve the list of available versions for provider hashicorp/aws: could not connect to registry.terraform.io: failed to request discovery document: Get \"https://registry.terraform.io/.well-known/terraform.json\": net/http: TLS handshake timeout",
                Some(T::Unreachable),
            ),
            (
                "could not query provider registry for registry.opentofu.org/hashicorp/aws: the request failed after 2 attempts, please try again later: 502 Bad Gateway returned from registry.opentofu.org",
                Some(T::Upstream),
            ),
            (
                "Get \"https://releases.hashicorp.com/x.zip\": read tcp 10.0.0.2:40000->1.2.3.4:443: read: connection reset by peer",
                Some(T::Unreachable),
            ),
            ("Get \"https://example.com\": EOF", Some(T::Unreachable)),
            ("dial tcp 127.0.0.1:443: connect: connection refused", Some(T::Unreachable)),
            ("Get \"https://example.com\": context deadline exceeded", Some(T::Unreachable)),
            ("lookup example.com on 10.0.0.1:53: server misbehaving", Some(T::Unreachable)),
            ("Error acquiring the state lock", Some(T::Locked)),
            // Pulumi.
            ("error: the stack is currently locked by 1 lock(s).", Some(T::Locked)),
            (
                "googleapi: Error 503: The service is currently unavailable., backendError",
                Some(T::Upstream),
            ),
            (
                "googleapi: Error 429: Quota exceeded for quota metric, rateLimitExceeded",
                Some(T::Throttled),
            ),
            ("429 Too Many Requests", Some(T::Throttled)),
            // What trying again does not help.
            ("api error BucketAlreadyExists: The requested bucket name is not available.", None),
            (
                "api error UnauthorizedOperation: You are not authorized to perform this operation.",
                None,
            ),
            (
                "https response error StatusCode: 403, RequestID: 1, api error AccessDenied: Access Denied",
                None,
            ),
            ("https response error StatusCode: 404, RequestID: 1, api error NoSuchBucket", None),
            ("api error ExpiredToken: The security token included in the request is expired", None),
            ("api error VcpuLimitExceeded: You have requested more vCPU capacity", None),
            ("Reference to undeclared input variable", None),
            ("lookup nowhere.example.com on 10.0.0.1:53: no such host", None),
            ("googleapi: Error 4290: none", None),
            ("name: eofizer", None),
            ("The requested size is 5000 MB", None),
            (
                "tls: failed to verify certificate: x509: certificate signed by unknown authority",
                None,
            ),
            ("", None),
        ] {
            assert_eq!(Transient::of_words([text]), expected, "{text}");
        }
    }

    #[test]
    fn any_of_the_texts_counts() {
        assert_eq!(
            Transient::of_words(["Error", "dial tcp: i/o timeout"]),
            Some(Transient::Unreachable)
        );
        assert_eq!(Transient::of_words([]), None);
    }
}
