variable "purpose" {
  type        = string
  description = "What the bucket is for."
  default     = "Unspecified"
}

variable "versioning" {
  type        = string
  description = "Whether old versions of objects are kept."
  default     = "off"

  validation {
    condition     = contains(["off", "on"], var.versioning)
    error_message = "Versioning is on or off."
  }
}

variable "mayfly_environment" {
  type        = string
  description = "The environment's name, which the bucket's name begins with."
}
