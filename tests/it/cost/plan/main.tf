terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}

variable "region" { default = "us-east-1" }

provider "aws" {
  region                      = var.region
  access_key                  = "mock"
  secret_key                  = "mock"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
}

# ---- computers
resource "aws_instance" "plain" {
  ami           = "ami-1"
  instance_type = "t3.micro"
}

resource "aws_instance" "web" {
  count                       = 2
  ami                         = "ami-1"
  instance_type               = "t3.medium"
  associate_public_ip_address = true
  root_block_device {
    volume_type = "gp3"
    volume_size = 30
  }
}

resource "aws_instance" "data" {
  ami           = "ami-1"
  instance_type = "m5.large"
  root_block_device {
    volume_type = "io1"
    volume_size = 50
    iops        = 1000
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_type = "gp3"
    volume_size = 200
    iops        = 6000
    throughput  = 250
  }
  ebs_block_device {
    device_name = "/dev/sdg"
    volume_type = "st1"
    volume_size = 500
  }
}

resource "aws_instance" "spot" {
  ami           = "ami-1"
  instance_type = "t3.large"
  instance_market_options {
    market_type = "spot"
  }
}

# ---- disks
resource "aws_ebs_volume" "plain" {
  availability_zone = "us-east-1a"
  size              = 100
}

resource "aws_ebs_volume" "fast" {
  availability_zone = "us-east-1a"
  type              = "gp3"
  size              = 100
  iops              = 16000
  throughput        = 1000
}

resource "aws_ebs_volume" "base" {
  availability_zone = "us-east-1a"
  type              = "gp3"
  size              = 100
}

resource "aws_ebs_volume" "steady" {
  availability_zone = "us-east-1a"
  type              = "io2"
  size              = 100
  iops              = 2000
}

resource "aws_ebs_volume" "cold" {
  availability_zone = "us-east-1a"
  type              = "sc1"
  size              = 1000
}

# ---- networks
resource "aws_vpc" "this" { cidr_block = "10.0.0.0/16" }

resource "aws_subnet" "public" {
  for_each          = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value
  availability_zone = "us-east-1${each.key}"
}

resource "aws_security_group" "this" {
  name   = "web"
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "nat" { domain = "vpc" }

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public["a"].id
}

resource "aws_lb" "public" {
  name               = "public"
  load_balancer_type = "application"
  subnets            = [for subnet in aws_subnet.public : subnet.id]
}

resource "aws_lb" "inner" {
  name               = "inner"
  internal           = true
  load_balancer_type = "network"
  subnets            = [for subnet in aws_subnet.public : subnet.id]
}

# ---- databases
resource "aws_db_subnet_group" "this" {
  name       = "this"
  subnet_ids = [for subnet in aws_subnet.public : subnet.id]
}

resource "aws_db_parameter_group" "this" {
  name   = "this"
  family = "postgres16"
}

resource "aws_db_instance" "small" {
  identifier          = "small"
  engine              = "postgres"
  instance_class      = "db.t4g.micro"
  allocated_storage   = 20
  username            = "a"
  password            = "not-a-secret"
  skip_final_snapshot = true
}

resource "aws_db_instance" "both_zones" {
  identifier              = "both"
  engine                  = "postgres"
  instance_class          = "db.t3.medium"
  allocated_storage       = 100
  storage_type            = "gp3"
  multi_az                = true
  backup_retention_period = 7
  username                = "a"
  password                = "not-a-secret"
  skip_final_snapshot     = true
}

resource "aws_db_instance" "busy" {
  identifier          = "busy"
  engine              = "postgres"
  instance_class      = "db.t3.large"
  allocated_storage   = 200
  storage_type        = "io1"
  iops                = 2000
  username            = "a"
  password            = "not-a-secret"
  skip_final_snapshot = true
}

resource "aws_db_instance" "mysql" {
  identifier          = "mysql"
  engine              = "mysql"
  instance_class      = "db.t3.small"
  allocated_storage   = 50
  storage_type        = "gp2"
  multi_az            = true
  username            = "a"
  password            = "not-a-secret"
  skip_final_snapshot = true
}

resource "aws_db_instance" "busy_in_both_zones" {
  identifier          = "busyboth"
  engine              = "mariadb"
  instance_class      = "db.t3.large"
  allocated_storage   = 100
  storage_type        = "io1"
  iops                = 1000
  multi_az            = true
  username            = "a"
  password            = "not-a-secret"
  skip_final_snapshot = true
}

# ---- caches
resource "aws_elasticache_subnet_group" "this" {
  name       = "this"
  subnet_ids = [for subnet in aws_subnet.public : subnet.id]
}

resource "aws_elasticache_cluster" "one" {
  cluster_id      = "one"
  engine          = "redis"
  node_type       = "cache.t4g.micro"
  num_cache_nodes = 1
}

resource "aws_elasticache_cluster" "memcached" {
  cluster_id      = "memcached"
  engine          = "memcached"
  node_type       = "cache.t3.micro"
  num_cache_nodes = 3
}

resource "aws_elasticache_replication_group" "pair" {
  replication_group_id       = "pair"
  description                = "two nodes"
  node_type                  = "cache.t3.medium"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
}

resource "aws_elasticache_replication_group" "groups" {
  replication_group_id       = "groups"
  description                = "three groups of three"
  node_type                  = "cache.m6g.large"
  num_node_groups            = 3
  replicas_per_node_group    = 2
  automatic_failover_enabled = true
}

resource "aws_elasticache_replication_group" "valkey" {
  replication_group_id       = "valkey"
  description                = "valkey"
  engine                     = "valkey"
  node_type                  = "cache.r6g.large"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
}

# ---- buckets
resource "aws_s3_bucket" "assets" { bucket = "mayfly-assets" }

resource "aws_s3_bucket_public_access_block" "assets" {
  bucket              = aws_s3_bucket.assets.id
  block_public_policy = true
}

resource "aws_s3_bucket_versioning" "assets" {
  bucket = aws_s3_bucket.assets.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "assets" {
  bucket = aws_s3_bucket.assets.id
  rule {
    apply_server_side_encryption_by_default { sse_algorithm = "AES256" }
  }
}

# ---- others
resource "aws_iam_role" "this" {
  name               = "this"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_sqs_queue" "jobs" { name = "jobs" }

resource "terraform_data" "note" { input = "note" }
