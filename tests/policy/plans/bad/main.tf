# What the shipped plan policies deny, each resource for the reason above it. See ../README.md.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

# deny_region: it is none that data.regions allows.
variable "region" {
  type    = string
  default = "me-south-1"
}

# deny_tags: nothing but the owner is told.
provider "aws" {
  region                      = var.region
  access_key                  = "plan"
  secret_key                  = "plan"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  default_tags {
    tags = {
      "mayfly:owner" = "alice@example.com"
    }
  }
}

# deny_encryption, deny_public: neither encryption nor a block of public access.
# deny_naming: upper case, and dots, which break TLS.
resource "aws_s3_bucket" "plain" {
  bucket = "Calm.Otter.assets"
}

# deny_public: a block with a gap.
resource "aws_s3_bucket" "gap" {
  bucket = "calm-otter-gap"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "gap" {
  bucket = aws_s3_bucket.gap.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "gap" {
  bucket              = aws_s3_bucket.gap.id
  block_public_acls   = true
  block_public_policy = false
}

# deny_public: by the access control list.
resource "aws_s3_bucket_acl" "gap" {
  bucket = aws_s3_bucket.gap.id
  acl    = "public-read"
}

# deny_public: by the policy.
resource "aws_s3_bucket_policy" "gap" {
  bucket = "calm-otter-gap"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject"]
      Resource  = "arn:aws:s3:::calm-otter-gap/*"
    }]
  })
}

# deny_encryption, deny_public: in a module.
module "buckets" {
  source = "./bucket"
  count  = 2
  name   = "calm-otter-${count.index}"
}

# deny_ingress: a whole range, and everything by IPv6.
resource "aws_security_group" "open" {
  name        = "calm-otter-open"
  description = "Everything"

  ingress {
    from_port   = 0
    to_port     = 65535
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    ipv6_cidr_blocks = ["::/0"]
  }
}

# deny_ingress
resource "aws_vpc_security_group_ingress_rule" "postgres" {
  security_group_id = aws_security_group.open.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

# deny_ingress
resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.open.id
  cidr_blocks       = ["10.0.0.0/8", "0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
}

# deny_encryption, deny_public, deny_size (class and storage), deny_version
resource "aws_db_instance" "this" {
  identifier          = "calm-otter"
  engine              = "postgres"
  engine_version      = "12.19"
  instance_class      = "db.r6g.8xlarge"
  allocated_storage   = 2000
  storage_encrypted   = false
  username            = "mayfly"
  password            = "only-ever-planned"
  publicly_accessible = true
  skip_final_snapshot = true
}

# deny_encryption: nothing is said, and the default is off.
resource "aws_db_instance" "silent" {
  identifier          = "calm-otter-silent"
  engine              = "mysql"
  engine_version      = "8.4"
  instance_class      = "db.t4g.micro"
  allocated_storage   = 20
  username            = "mayfly"
  password            = "only-ever-planned"
  skip_final_snapshot = true
}

# deny_encryption, deny_size, deny_version
resource "aws_elasticache_replication_group" "this" {
  replication_group_id = "calm-otter"
  description          = "Sessions"
  engine               = "redis"
  engine_version       = "5.0.6"
  node_type            = "cache.r7g.4xlarge"
  num_cache_clusters   = 1
}

# deny_size; deny_encryption: no word of the root volume, and a second one in clear.
resource "aws_instance" "large" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m5.24xlarge"

  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = false
  }
}

# deny_encryption: nothing is said. deny_size: too much of it.
resource "aws_ebs_volume" "data" {
  availability_zone = "${var.region}a"
  size              = 4000
}

# deny_service: a person's keys outlive the environment.
resource "aws_iam_user" "robot" {
  name = "calm-otter-robot"
}

# deny_version
resource "aws_lambda_function" "old" {
  function_name = "calm-otter-old"
  role          = "arn:aws:iam::123456789012:role/lambda"
  runtime       = "python3.7"
  handler       = "main.handler"
  s3_bucket     = "builds"
  s3_key        = "function.zip"
}

# warn_tags: only known while it is made.
resource "aws_sqs_queue" "jobs" {
  name = "calm-otter-jobs"
  tags = { database = aws_db_instance.this.arn }
}
