package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// configure writes howdah.conf, which postgresql.conf includes, anew at each
// start: what is preloaded must be there now.
func (c *Cluster) configure(o Options, port int, preload []string) error {
	memory := machineMemory()
	conf := []string{
		"listen_addresses = '127.0.0.1'",
		fmt.Sprintf("port = %d", port),
		"unix_socket_directories = ''",
		"max_connections = 100",
		fmt.Sprintf("shared_buffers = '%dMB'", clamp(memory/16, 64, 512)),
		fmt.Sprintf("effective_cache_size = '%dMB'", clamp(memory/2, 256, 1<<20)),
		fmt.Sprintf("maintenance_work_mem = '%dMB'", clamp(memory/32, 32, 256)),
		"work_mem = '8MB'",
		"wal_level = logical",
		"max_wal_size = '1GB'",
		"random_page_cost = 1.1",
		"jit = off",
		"timezone = 'UTC'",
		"log_timezone = 'UTC'",
		"log_line_prefix = '%m [%p] %q%u@%d '",
		"shared_preload_libraries = '" + strings.Join(preload, ",") + "'",
	}
	if slices.Contains(preload, "pg_cron") {
		conf = append(conf, "cron.database_name = '"+Database+"'", "cron.use_background_workers = on")
	}
	if o.Volatile {
		conf = append(conf, "fsync = off", "synchronous_commit = off", "full_page_writes = off")
	}
	if err := c.dirs.write(filepath.Join(c.dirs.data, "howdah.conf"), strings.Join(conf, "\n")+"\n"); err != nil {
		return err
	}
	main := filepath.Join(c.dirs.data, "postgresql.conf")
	text, err := os.ReadFile(main)
	if err != nil || strings.Contains(string(text), "howdah.conf") {
		return err
	}
	return c.dirs.write(main, string(text)+"\ninclude 'howdah.conf'\n")
}

// machineMemory is the machine's in MB, or a small machine's where it does not
// say.
func machineMemory() int {
	const small = 2048
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return small
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" {
			if kb, err := strconv.Atoi(fields[1]); err == nil {
				return kb / 1024
			}
		}
	}
	return small
}

func clamp(n, low, high int) int { return min(max(n, low), high) }
