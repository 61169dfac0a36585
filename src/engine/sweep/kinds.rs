//! What Terraform calls what an ARN names, and what it wants to import it by.
//!
//! Sources: the resource types of the Service Authorization Reference, for the ARNs
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/>); the section "Import" of each
//! resource's page in the AWS provider's documentation, for the ids.

/// A type of Terraform's, and the id of the resource that is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub kind: &'static str,
    pub adopt: String,
}

/// What an import wants.
#[derive(Clone, Copy)]
enum Id {
    /// The ARN itself.
    Arn,
    /// What stands behind the type in the ARN.
    Name,
    /// The last part of that.
    Last,
    /// `https://sqs.<region>.amazonaws.com/<account>/<name>`
    QueueUrl,
}

/// Service, the type in front of the name, what the name begins with, Terraform's type, the id.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str, &str, Id)] = &[
    ("s3",                   "",                 "", "aws_s3_bucket",                     Id::Name),
    ("dynamodb",             "table",            "", "aws_dynamodb_table",                Id::Name),
    ("sqs",                  "",                 "", "aws_sqs_queue",                     Id::QueueUrl),
    ("sns",                  "",                 "", "aws_sns_topic",                     Id::Arn),
    ("rds",                  "db",               "", "aws_db_instance",                   Id::Name),
    ("rds",                  "cluster",          "", "aws_rds_cluster",                   Id::Name),
    ("rds",                  "subgrp",           "", "aws_db_subnet_group",               Id::Name),
    ("rds",                  "pg",               "", "aws_db_parameter_group",            Id::Name),
    ("elasticache",          "cluster",          "", "aws_elasticache_cluster",           Id::Name),
    ("elasticache",          "replicationgroup", "", "aws_elasticache_replication_group", Id::Name),
    ("elasticache",          "subnetgroup",      "", "aws_elasticache_subnet_group",      Id::Name),
    ("elasticache",          "parametergroup",   "", "aws_elasticache_parameter_group",   Id::Name),
    ("ec2",                  "instance",         "", "aws_instance",                      Id::Name),
    ("ec2",                  "volume",           "", "aws_ebs_volume",                    Id::Name),
    ("ec2",                  "security-group",   "", "aws_security_group",                Id::Name),
    ("ec2",                  "vpc",              "", "aws_vpc",                           Id::Name),
    ("ec2",                  "subnet",           "", "aws_subnet",                        Id::Name),
    ("ec2",                  "internet-gateway", "", "aws_internet_gateway",              Id::Name),
    ("ec2",                  "natgateway",       "", "aws_nat_gateway",                   Id::Name),
    ("ec2",                  "route-table",      "", "aws_route_table",                   Id::Name),
    ("ec2",                  "elastic-ip",       "", "aws_eip",                           Id::Name),
    ("ec2",                  "key-pair",         "", "aws_key_pair",                      Id::Name),
    ("secretsmanager",       "secret",           "", "aws_secretsmanager_secret",         Id::Arn),
    ("iam",                  "role",             "", "aws_iam_role",                      Id::Last),
    ("iam",                  "user",             "", "aws_iam_user",                      Id::Last),
    ("iam",                  "policy",           "", "aws_iam_policy",                    Id::Arn),
    ("iam",                  "instance-profile", "", "aws_iam_instance_profile",          Id::Last),
    ("kms",                  "key",              "", "aws_kms_key",                       Id::Name),
    ("lambda",               "function",         "", "aws_lambda_function",               Id::Name),
    ("logs",                 "log-group",        "", "aws_cloudwatch_log_group",          Id::Name),
    ("ecr",                  "repository",       "", "aws_ecr_repository",                Id::Name),
    ("ecs",                  "cluster",          "", "aws_ecs_cluster",                   Id::Name),
    ("eks",                  "cluster",          "", "aws_eks_cluster",                   Id::Name),
    ("elasticloadbalancing", "loadbalancer",  "app/", "aws_lb",                           Id::Arn),
    ("elasticloadbalancing", "loadbalancer",  "net/", "aws_lb",                           Id::Arn),
    ("elasticloadbalancing", "targetgroup",      "", "aws_lb_target_group",               Id::Arn),
    ("ssm",                  "parameter",        "", "aws_ssm_parameter",                 Id::Name),
];

/// What is behind this ARN; `None`: it is none, or of a type that is not in the table.
pub fn known(arn: &str) -> Option<Known> {
    let mut parts = arn.splitn(6, ':');
    let ("arn", Some(partition), Some(service)) = (parts.next()?, parts.next(), parts.next())
    else {
        return None;
    };
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    // `table/name` and `db:name`; of buckets, queues and topics the name stands alone.
    let (kind, name) = resource.split_once(['/', ':']).unwrap_or(("", resource));
    let (_, _, _, terraform, id) = TABLE.iter().find(|(of, called, begins, _, _)| {
        let (called_so, begins_so) = (*called == kind, name.starts_with(begins));
        *of == service && called_so && begins_so
    })?;
    let adopt = match id {
        Id::Arn => arn.to_owned(),
        // A parameter's own name begins with the slash that its ARN has only once.
        Id::Name if service == "ssm" && name.contains('/') => format!("/{name}"),
        Id::Name => name.trim_end_matches(":*").to_owned(),
        Id::Last => name.rsplit('/').next().unwrap_or(name).to_owned(),
        Id::QueueUrl => {
            let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
            format!("https://sqs.{region}.{domain}/{account}/{name}")
        }
    };
    Some(Known { kind: terraform, adopt })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_what_its_import_wants() {
        const IN: &str = "eu-central-1:123456789012";
        for (arn, kind, adopt) in [
            ("arn:aws:s3:::calm-1".to_owned(), "aws_s3_bucket", "calm-1"),
            (format!("arn:aws:dynamodb:{IN}:table/calm"), "aws_dynamodb_table", "calm"),
            (
                format!("arn:aws:sqs:{IN}:calm"),
                "aws_sqs_queue",
                "https://sqs.eu-central-1.amazonaws.com/123456789012/calm",
            ),
            (format!("arn:aws:rds:{IN}:db:calm"), "aws_db_instance", "calm"),
            (
                format!("arn:aws:elasticache:{IN}:replicationgroup:calm"),
                "aws_elasticache_replication_group",
                "calm",
            ),
            (format!("arn:aws:ec2:{IN}:security-group/sg-1"), "aws_security_group", "sg-1"),
            ("arn:aws:iam::123456789012:role/path/to/calm".to_owned(), "aws_iam_role", "calm"),
            (format!("arn:aws:ssm:{IN}:parameter/a/b"), "aws_ssm_parameter", "/a/b"),
            (format!("arn:aws:ssm:{IN}:parameter/a"), "aws_ssm_parameter", "a"),
            (format!("arn:aws:logs:{IN}:log-group:/calm:*"), "aws_cloudwatch_log_group", "/calm"),
        ] {
            let known = known(&arn).unwrap_or_else(|| panic!("{arn}"));
            assert_eq!((known.kind, known.adopt.as_str()), (kind, adopt), "{arn}");
        }
        let topic = format!("arn:aws:sns:{IN}:calm");
        assert_eq!(known(&topic).map(|k| (k.kind, k.adopt)), Some(("aws_sns_topic", topic)));
    }

    #[test]
    fn what_is_not_in_the_table_is_not_guessed() {
        for arn in [
            "",
            "calm",
            "arn:aws:s3",
            "arn:aws:quantum:eu-central-1:1:table/x",
            "arn:aws:sns:eu-central-1:1:calm:subscription",
            "arn:aws:s3:::bucket/key",
        ] {
            assert_eq!(known(arn), None, "{arn}");
        }
    }
}
