resource "aws_elasticache_subnet_group" "this" {
  name       = local.name
  subnet_ids = data.aws_subnets.this.ids
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = local.name
  description                = "Redis of ${var.mayfly_environment}"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.cache_size
  num_cache_clusters         = 1
  port                       = 6379
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.this.id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = var.cache_token
  apply_immediately          = true
  # A snapshot would outlive the environment.
  snapshot_retention_limit = 0
}
