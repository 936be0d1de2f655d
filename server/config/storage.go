package config

import (
	"path/filepath"
	"strings"
	"time"
)

// Storage is files: where their bytes lie, how large they may be.
type Storage struct {
	Backend          string        `env:"STORAGE_BACKEND" envDefault:"auto" doc:"where bytes lie: local, s3, or auto: s3 if STORAGE_S3_BUCKET is set"`
	LocalPath        string        `env:"STORAGE_LOCAL_PATH" doc:"folder of the local backend; default HOWDAH_HOME/storage"`
	LocalSync        bool          `env:"STORAGE_LOCAL_SYNC" envDefault:"true" doc:"fsync files and folders before an upload is acknowledged"`
	S3Endpoint       string        `env:"STORAGE_S3_ENDPOINT" doc:"URL of the S3 service, like https://s3.eu-central-1.amazonaws.com"`
	S3Region         string        `env:"STORAGE_S3_REGION" envDefault:"us-east-1" doc:"its region"`
	S3Bucket         string        `env:"STORAGE_S3_BUCKET" doc:"bucket that holds the bytes of all of Howdah's buckets"`
	S3Prefix         string        `env:"STORAGE_S3_PREFIX" doc:"what all keys begin with there"`
	S3PathStyle      bool          `env:"STORAGE_S3_PATH_STYLE" envDefault:"true" doc:"bucket in the path; false: in the host name"`
	S3AccessKey      Secret        `env:"STORAGE_S3_ACCESS_KEY_ID" doc:"access key of the S3 service"`
	S3SecretKey      Secret        `env:"STORAGE_S3_SECRET_ACCESS_KEY" doc:"its secret"`
	SizeLimit        int64         `env:"STORAGE_FILE_SIZE_LIMIT" envDefault:"5368709120" doc:"largest file in bytes; a bucket's own limit may be smaller"`
	ResumableLimit   int64         `env:"STORAGE_RESUMABLE_SIZE_LIMIT" envDefault:"53687091200" doc:"largest resumable or multipart upload in bytes"`
	ResumableExpiry  time.Duration `env:"STORAGE_RESUMABLE_EXPIRY" envDefault:"24h" doc:"how long a resumable upload may take"`
	UploadsPerMinute int           `env:"STORAGE_UPLOADS_PER_MINUTE" envDefault:"0" doc:"uploads that a user, or an address without one, may begin a minute; 0: no limit"`
	IdleTimeout      time.Duration `env:"STORAGE_IDLE_TIMEOUT" envDefault:"60s" doc:"longest pause of a client while bytes go either way"`
	SignedUploadTTL  time.Duration `env:"STORAGE_SIGNED_UPLOAD_EXPIRY" envDefault:"2h" doc:"how long a signed upload URL holds"`
	URLKeys          Secret        `env:"STORAGE_URL_KEYS" doc:"secrets that sign URLs, comma-separated: the first signs, all verify; empty: one made from the keyset"`
	Transform        bool          `env:"STORAGE_IMAGE_TRANSFORMATION" envDefault:"true" doc:"serve /render/image"`
	TransformPixels  int64         `env:"STORAGE_IMAGE_MAX_PIXELS" envDefault:"50000000" doc:"images of more pixels are not transformed"`
	TransformCache   int64         `env:"STORAGE_IMAGE_CACHE_BYTES" envDefault:"67108864" doc:"memory for transformed images"`
	S3Protocol       bool          `env:"STORAGE_S3_PROTOCOL" envDefault:"true" doc:"serve /storage/v1/s3"`
	ReapInterval     time.Duration `env:"STORAGE_REAP_INTERVAL" envDefault:"30s" doc:"how often deleted bytes are looked for"`
}

// Kind is the backend that is meant.
func (s *Storage) Kind() string {
	switch {
	case s.Backend != "auto":
		return s.Backend
	case s.S3Bucket != "":
		return "s3"
	default:
		return "local"
	}
}

func (s *Storage) fill(home string) {
	if s.LocalPath == "" {
		s.LocalPath = filepath.Join(home, "storage")
	}
}

func (s *Storage) mistakes(add func(ok bool, format string, args ...any)) {
	switch s.Backend {
	case "auto", "local", "s3":
	default:
		add(false, "STORAGE_BACKEND must be one of auto, local, s3")
	}
	if s.Kind() == "s3" {
		add(s.S3Bucket != "", "STORAGE_S3_BUCKET must be set for STORAGE_BACKEND=s3")
		add(isHTTP(s.S3Endpoint), "STORAGE_S3_ENDPOINT must be an http or https URL")
		add(s.S3AccessKey != "" && s.S3SecretKey != "", "STORAGE_S3_ACCESS_KEY_ID and STORAGE_S3_SECRET_ACCESS_KEY must be set")
	}
	for key := range strings.SplitSeq(s.URLKeys.Reveal(), ",") {
		add(s.URLKeys == "" || len(key) >= 32, "STORAGE_URL_KEYS must have 32 characters or more each")
	}
	add(s.SizeLimit > 0 && s.ResumableLimit > 0, "STORAGE_FILE_SIZE_LIMIT and STORAGE_RESUMABLE_SIZE_LIMIT must be over 0")
	add(s.UploadsPerMinute >= 0, "STORAGE_UPLOADS_PER_MINUTE must not be negative")
	add(s.ResumableExpiry >= time.Minute, "STORAGE_RESUMABLE_EXPIRY must be at least 1m")
	add(s.IdleTimeout > 0 && s.ReapInterval > 0, "STORAGE_IDLE_TIMEOUT and STORAGE_REAP_INTERVAL must be over 0")
	add(s.SignedUploadTTL >= time.Second, "STORAGE_SIGNED_UPLOAD_EXPIRY must be at least 1s")
	add(s.TransformPixels > 0 && s.TransformCache >= 0, "STORAGE_IMAGE_MAX_PIXELS must be over 0, STORAGE_IMAGE_CACHE_BYTES not negative")
}
