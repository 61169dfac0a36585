variable "database_name" {
  type        = string
  description = "The name of the first database."
  default     = "app"
}

variable "postgres_version" {
  type        = string
  description = "The major version of PostgreSQL."
  default     = "16"
}

variable "database_size" {
  type        = string
  description = "The class of the database's instance."
  default     = "db.t4g.micro"
}

variable "storage_gb" {
  type        = number
  description = "The storage of the database, in GB."
  default     = 20

  validation {
    condition     = var.storage_gb >= 20 && var.storage_gb <= 200
    error_message = "The storage is from 20 to 200 GB."
  }
}

variable "cache_size" {
  type        = string
  description = "The class of the cache's node."
  default     = "cache.t4g.micro"
}

variable "vpc_id" {
  type        = string
  description = "The VPC that everything is reachable from; the default one when null."
  default     = null
}

variable "database_password" {
  type      = string
  sensitive = true
}

variable "cache_token" {
  type      = string
  sensitive = true
}

variable "mayfly_environment" {
  type        = string
  description = "The environment's name, which all names begin with."
}
