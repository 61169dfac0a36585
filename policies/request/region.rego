# Inputs of the form that name a region.
package request

import data.lib.form

deny_region contains finding if some finding in form.regions
