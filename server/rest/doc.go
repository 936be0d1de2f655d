// Package rest serves PostgREST's protocol. Go parses what an HTTP request says
// and knows no table; PostgreSQL knows what it means.
//
// # The shape
//
// A request becomes a shape and literals. The shape is a JSON tree that holds
// everything except the literals: it is what rest.compile reads, and its bytes
// are the key under which the compiled statement is kept. Equal requests but for
// their values have equal shapes. Literals are numbered from 1 in the order in
// which they were found and bind as $1, $2, … in text format; in-lists are one
// array literal, limits and offsets are literals, JSON paths and languages of
// text search are part of the shape.
//
// Top level:
//
//	op        read | insert | update | delete | put | call | info
//	schema    the exposed schema that the request's profile names
//	name      table, view or function
//	root      a node, the select tree
//	lits      how many literals there are
//	accept    acceptable media types, best first; {plan, for, options} for a plan
//	head      true: no body is wanted
//	count     exact | planned | estimated
//	cursor    {after: [lit | null, …]}: a page by cursor, after for all but the first
//	rls       true: explain the table's policies
//	limited   true: the top has a limit or an offset
//	rep       full | headers | minimal
//	where     filters of update, delete and put (a read's are in root)
//	body      {lit, object}: the payload, and whether it is one JSON object
//	columns   what the payload writes, sorted
//	nested    what goes into the tables of embeds: {name, columns, nested}
//	conflict  on_conflict's columns
//	resolution merge | ignore
//	defaults  true: missing=default
//	check     true: the statement leaves its row count for rest.check_affected
//	strict    preferences that handling=strict refuses
//	max_affected true: max-affected under handling=strict
//	args      names of a call's arguments, sorted
//	direct    {name: {lit, all}}: arguments from the URL or a form; all is every
//	          value of the name as an array, for variadic
//	get       true: a call by GET or HEAD
//	content   json | csv | form | text | xml | octet: content type of a call
//	rpc       true: info about a function
//
// A node:
//
//	select    fields: {name, path, cast, agg, aggcast, alias}
//	embed     nodes, with name, alias, hint, join (inner | left), spread
//	where     trees: {and: […], not} | {or: […], not} | filter
//	order     {name, path, dir, nulls}, with rel for a column of an embed
//	limit, offset  numbers of literals
//
// A filter is {name, path, op, lit, quant (any | all), lang, is, not}. A path is
// a list of [arrow, key]; a number is an index, a string a key.
package rest
