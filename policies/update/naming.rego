# Free texts of the form that have to look like something.
package update

import data.lib.form

deny_naming contains finding if some finding in form.naming
