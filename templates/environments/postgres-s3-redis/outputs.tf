output "database_host" {
  value = "${aws_db_instance.this.address}:${aws_db_instance.this.port}"
}

output "database_url" {
  value     = "postgres://${aws_db_instance.this.username}:${var.database_password}@${aws_db_instance.this.address}:${aws_db_instance.this.port}/${var.database_name}?sslmode=require"
  sensitive = true
}

output "bucket" {
  value = aws_s3_bucket.this.bucket
}

output "redis_host" {
  value = "${aws_elasticache_replication_group.this.primary_endpoint_address}:${aws_elasticache_replication_group.this.port}"
}

output "redis_url" {
  value     = "rediss://:${var.cache_token}@${aws_elasticache_replication_group.this.primary_endpoint_address}:${aws_elasticache_replication_group.this.port}"
  sensitive = true
}
