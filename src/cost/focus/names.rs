//! What FOCUS calls providers, services and regions. Source of categories: specification, v1.2, ServiceCategory and
//! ServiceSubcategory; of names: the providers' own.

/// An offering, and where the specification puts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub name: String,
    pub category: &'static str,
    pub subcategory: &'static str,
}

/// The beginnings of types, the service of each, and its category and subcategory; the first that fits counts.
const SERVICES: &[(&str, &str, &str, &str)] = &[
    ("aws_instance", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines"),
    ("aws_ebs_", "Amazon Elastic Block Store", "Storage", "Block Storage"),
    ("aws_db_", "Amazon Relational Database Service", "Databases", "Relational Databases"),
    ("aws_rds_", "Amazon Relational Database Service", "Databases", "Relational Databases"),
    ("aws_elasticache_", "Amazon ElastiCache", "Databases", "Caching"),
    ("aws_dynamodb_", "Amazon DynamoDB", "Databases", "NoSQL Databases"),
    ("aws_s3_", "Amazon Simple Storage Service", "Storage", "Object Storage"),
    ("aws_nat_gateway", "Amazon Virtual Private Cloud", "Networking", "Network Infrastructure"),
    ("aws_eip", "Amazon Virtual Private Cloud", "Networking", "Network Infrastructure"),
    ("aws_vpc", "Amazon Virtual Private Cloud", "Networking", "Network Infrastructure"),
    ("aws_lb", "Elastic Load Balancing", "Networking", "Application Networking"),
    ("aws_lambda_", "AWS Lambda", "Compute", "Serverless Compute"),
    ("aws_ecs_", "Amazon Elastic Container Service", "Compute", "Containers"),
    ("aws_eks_", "Amazon Elastic Kubernetes Service", "Compute", "Containers"),
    ("aws_sqs_", "Amazon Simple Queue Service", "Integration", "Messaging"),
    ("aws_sns_", "Amazon Simple Notification Service", "Integration", "Messaging"),
    ("aws_cloudfront_", "Amazon CloudFront", "Networking", "Content Delivery"),
];

/// The service of a type. One that is not known is named after its type, and in `Other`, as the specification asks.
pub(super) fn service(kind: &str) -> Service {
    let known = SERVICES.iter().find(|(beginning, ..)| kind.starts_with(beginning));
    match known {
        Some((_, name, category, subcategory)) => {
            Service { name: (*name).to_owned(), category, subcategory }
        }
        None => Service { name: kind.to_owned(), category: "Other", subcategory: "Other (Other)" },
    }
}

/// Who provides, publishes and bills it.
pub(super) fn provider(provider: &str) -> String {
    match provider {
        "aws" => "AWS",
        "azurerm" | "azure" | "azure-native" => "Microsoft",
        "google" | "gcp" => "Google Cloud",
        other => other,
    }
    .to_owned()
}

/// A region's name for people; its id where it is not known, for a name has to be there.
pub(super) fn region(id: &str) -> &str {
    match id {
        "us-east-1" => "US East (N. Virginia)",
        "us-east-2" => "US East (Ohio)",
        "us-west-1" => "US West (N. California)",
        "us-west-2" => "US West (Oregon)",
        "ca-central-1" => "Canada (Central)",
        "sa-east-1" => "South America (São Paulo)",
        "eu-central-1" => "Europe (Frankfurt)",
        "eu-central-2" => "Europe (Zurich)",
        "eu-north-1" => "Europe (Stockholm)",
        "eu-south-1" => "Europe (Milan)",
        "eu-west-1" => "Europe (Ireland)",
        "eu-west-2" => "Europe (London)",
        "eu-west-3" => "Europe (Paris)",
        "ap-northeast-1" => "Asia Pacific (Tokyo)",
        "ap-northeast-2" => "Asia Pacific (Seoul)",
        "ap-south-1" => "Asia Pacific (Mumbai)",
        "ap-southeast-1" => "Asia Pacific (Singapore)",
        "ap-southeast-2" => "Asia Pacific (Sydney)",
        other => other,
    }
}
