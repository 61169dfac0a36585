//! What samples say of runs: plans and failures.

use crate::domain::plan::{AttributeChange, Change, PlanSummary, PlannedResource};

use crate::domain::run::{Failure, Step};

use super::facts::hostile;

/// With long texts all that a plan can say, otherwise the least.
pub fn plan(count: usize, length: usize) -> PlanSummary {
    let long = length > 100;
    let text = || if long { hostile(length) } else { String::new() };
    let attribute = || AttributeChange { name: text(), before: Some(text()), after: Some(text()) };
    let resource = |n: usize| PlannedResource {
        address: format!("aws_s3_bucket.this[{n}]{}", text()),
        change: Change::ALL[n % Change::ALL.len()],
        attributes: (0..if long { 40 } else { 0 }).map(|_| attribute()).collect(),
    };
    PlanSummary { resources: (0..count).map(resource).collect() }
}

/// A tag that somebody changed, and a resource that somebody removed.
pub fn drift() -> PlanSummary {
    let resource = |address: &str, change, attributes| PlannedResource {
        address: address.into(),
        change,
        attributes,
    };
    let attribute = |name: &str, before: Option<&str>, after: Option<&str>| AttributeChange {
        name: name.into(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let tags = attribute("tags", Some(r#"{"purpose":"import"}"#), Some(r#"{"purpose":"export"}"#));
    let attributes = vec![tags, attribute("policy", None, Some("(sensitive)"))];
    PlanSummary {
        resources: vec![
            resource("aws_s3_bucket.this", Change::Update, attributes),
            resource("aws_s3_bucket_public_access_block.this", Change::Delete, Vec::new()),
        ],
    }
}

pub fn least_failure() -> Failure {
    Failure {
        step: Step::Apply,
        summary: "The name is taken.".into(),
        detail: String::new(),
        resource: None,
        place: None,
        tail: Vec::new(),
        transient: None,
    }
}

pub fn usual_failure() -> Failure {
    Failure {
        detail: "Buckets share one name space: choose another name.".into(),
        resource: Some("aws_s3_bucket.this".into()),
        place: Some("main.tf:12".into()),
        tail: vec![
            "aws_s3_bucket.this: Creating...".into(),
            "Error: creating S3 Bucket (logs): BucketAlreadyExists".into(),
        ],
        ..least_failure()
    }
}

pub fn most_failure() -> Failure {
    Failure {
        step: Step::Prepare,
        summary: hostile(5_000),
        detail: hostile(5_000),
        resource: Some(hostile(3_000)),
        place: Some(hostile(3_000)),
        tail: vec![hostile(900); 40],
        transient: None,
    }
}
