variable "branch" {
  type        = string
  description = "The branch that the preview shows."
}

variable "title" {
  type        = string
  description = "The headline of the page."
  default     = "Preview"
}

variable "colour" {
  type        = string
  description = "The accent of the page."
  default     = "teal"

  validation {
    condition     = contains(["teal", "indigo", "coral", "amber", "slate"], var.colour)
    error_message = "The colour is one of teal, indigo, coral, amber and slate."
  }
}

variable "password" {
  type        = string
  description = "What opens the site; only its digest is stored beside the page."
  sensitive   = true
}

variable "mayfly_environment" {
  type        = string
  description = "The environment's name, which is also the site's folder and path."

  validation {
    # The name becomes a folder that is removed in the end: it must not lead anywhere else.
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,79}$", var.mayfly_environment))
    error_message = "The environment's name has lower case letters, digits and dashes alone."
  }
}

variable "mayfly_site_root" {
  type        = string
  description = "The folder under which preview sites are made."

  validation {
    condition     = can(regex("^/.", var.mayfly_site_root))
    error_message = "The folder of the sites is an absolute path."
  }
}

variable "mayfly_site_url" {
  type        = string
  description = "Where the sites answer, without a slash at the end."
}
