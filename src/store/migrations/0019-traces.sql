-- What caused the work, as a traceparent (W3C Trace Context); only where traces are collected.
alter table work add column traceparent text;
