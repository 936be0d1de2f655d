package storage

import (
	"github.com/labstack/echo/v4"

	"howdah/server/db"
)

const listSQL = `select status, body from storage.list(_bucket_id => $1, _prefix => $2, _limit => coalesce($3, 100), _offset => coalesce($4, 0),` +
	` _search => $5, _column => coalesce(nullif($6, ''), 'name'), _order => coalesce(nullif($7, ''), 'asc'))`

type sortBy struct {
	Column string `json:"column"`
	Order  string `json:"order"`
}

func (s *Service) list(c echo.Context, as *db.Caller) error {
	var in struct {
		Prefix *string `json:"prefix"`
		Limit  *int    `json:"limit"`
		Offset *int    `json:"offset"`
		Search string  `json:"search"`
		Sort   sortBy  `json:"sortBy"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	if in.Prefix == nil {
		return required("prefix")
	}
	as.ReadOnly = true
	out, err := s.Pool.CallAs(c.Request().Context(), as, listSQL, param(c, "bucket"), *in.Prefix, in.Limit, in.Offset, in.Search, in.Sort.Column, in.Sort.Order)
	return reply(c, out, err)
}

const listV2SQL = `select status, body from storage.list_v2(_bucket_id => $1, _prefix => $2, _limit => $3, _cursor => nullif($4, ''),` +
	` _with_delimiter => $5, _column => coalesce(nullif($6, ''), 'name'), _order => coalesce(nullif($7, ''), 'asc'))`

func (s *Service) listV2(c echo.Context, as *db.Caller) error {
	var in struct {
		Prefix    string `json:"prefix"`
		Limit     *int   `json:"limit"`
		Cursor    string `json:"cursor"`
		Delimiter bool   `json:"with_delimiter"`
		Sort      sortBy `json:"sortBy"`
	}
	if err := bind(c, &in); err != nil {
		return err
	}
	as.ReadOnly = true
	out, err := s.Pool.CallAs(c.Request().Context(), as, listV2SQL, param(c, "bucket"), in.Prefix, in.Limit, in.Cursor, in.Delimiter, in.Sort.Column, in.Sort.Order)
	return reply(c, out, err)
}
