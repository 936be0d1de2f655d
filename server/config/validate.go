package config

// Validate checks the settings of this environment as production would, even
// where HOWDAH_ENV says development, and answers what production warns of.
func Validate() (warnings []string, err error) {
	vars, err := variables()
	if err != nil {
		return nil, err
	}
	vars["HOWDAH_ENV"] = "production"
	c, err := Parse(vars)
	if err != nil {
		return nil, err
	}
	return c.Warnings(), nil
}
