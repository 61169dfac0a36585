# What every shipped plan policy lets pass. See ../README.md.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

# It is only ever planned: no account stands behind these credentials, and nothing is asked of AWS.
provider "aws" {
  region                      = var.region
  access_key                  = "plan"
  secret_key                  = "plan"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  default_tags {
    tags = {
      "mayfly:installation" = "4f2c1d"
      "mayfly:environment"  = "calm-otter"
      "mayfly:owner"        = "alice@example.com"
      "mayfly:team"         = "payments"
      "mayfly:project"      = "checkout"
      "mayfly:cost-center"  = "CC-1001"
    }
  }
}

resource "aws_s3_bucket" "assets" {
  bucket = "calm-otter-assets"
}

# By the bucket's id, which is only known afterwards: the rules follow the reference.
resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "assets" {
  bucket                  = aws_s3_bucket.assets.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "assets" {
  bucket = "calm-otter-assets"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyByTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "arn:aws:s3:::calm-otter-assets/*"
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OneAccount"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::123456789012:root" }
        Action    = "s3:GetObject"
        Resource  = "arn:aws:s3:::calm-otter-assets/*"
      },
    ]
  })
}

module "buckets" {
  source   = "./bucket"
  for_each = toset(["logs", "reports"])
  name     = "calm-otter-${each.key}"
}

# A module's bucket, encrypted from outside of the module.
resource "aws_s3_bucket_server_side_encryption_configuration" "outside" {
  for_each = module.buckets
  bucket   = each.value.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_security_group" "web" {
  name        = "calm-otter-web"
  description = "The load balancer"

  ingress {
    description = "HTTPS from everywhere"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database" {
  name        = "calm-otter-database"
  description = "PostgreSQL"
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id = aws_security_group.database.id
  cidr_ipv4         = "10.0.0.0/16"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.web.id
  cidr_blocks       = ["10.0.0.0/8"]
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_db_instance" "this" {
  identifier          = "calm-otter"
  engine              = "postgres"
  engine_version      = "16.4"
  instance_class      = "db.t4g.micro"
  allocated_storage   = 20
  storage_encrypted   = true
  username            = "mayfly"
  password            = "only-ever-planned"
  publicly_accessible = false
  skip_final_snapshot = true
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = "calm-otter"
  description                = "Sessions"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.t4g.micro"
  num_cache_clusters         = 1
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
}

resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  root_block_device {
    encrypted = true
  }
}

resource "aws_ebs_volume" "data" {
  availability_zone = "${var.region}a"
  size              = 20
  encrypted         = true
}

resource "aws_lambda_function" "this" {
  function_name = "calm-otter"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.12"
  handler       = "main.handler"
  s3_bucket     = "builds"
  s3_key        = "function.zip"
}

resource "terraform_data" "marker" {
  input = "not of AWS: it needs no tags"
}
