resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = data.aws_subnets.this.ids
}

resource "aws_db_instance" "this" {
  identifier             = local.name
  engine                 = "postgres"
  engine_version         = var.postgres_version
  instance_class         = var.database_size
  allocated_storage      = var.storage_gb
  storage_type           = "gp3"
  storage_encrypted      = true
  db_name                = var.database_name
  username               = "mayfly"
  password               = var.database_password
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  publicly_accessible    = false
  multi_az               = false
  apply_immediately      = true

  # It is made to go away: nothing that outlives it may be left, or it would cost for ever.
  backup_retention_period  = 0
  skip_final_snapshot      = true
  delete_automated_backups = true
  deletion_protection      = false
}
