# Inputs of the form that name a region.
package update

import data.lib.form

deny_region contains finding if some finding in form.regions
