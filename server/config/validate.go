package config

// Validate checks the settings of this environment as production would, even
// where HOWDAH_ENV says development.
func Validate() error {
	vars, err := variables()
	if err != nil {
		return err
	}
	vars["HOWDAH_ENV"] = "production"
	_, err = Parse(vars)
	return err
}
