package jobs

import (
	"sync/atomic"
	"time"
)

// pace follows how long jobs take, to say how many are worth claiming ahead.
type pace struct{ average atomic.Int64 } // ns

// took notes a run; each counts for an eighth.
func (p *pace) took(d time.Duration) {
	old := p.average.Load()
	if old == 0 {
		p.average.Store(max(1, int64(d)))
		return
	}
	p.average.Store(max(1, old+(int64(d)-old)/8))
}

// ahead is how many more jobs so many hands can begin within aheadTime.
func (p *pace) ahead(hands int) int {
	average := p.average.Load()
	if average == 0 {
		return 0
	}
	return int(min(maxBatch, int64(hands)*int64(aheadTime)/average))
}
