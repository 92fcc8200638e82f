-- Lets a copy of the template become again what the template was, without being copied again.
-- Run once, in the migrated template. Keys are UUIDs or given, so there is no sequence to set back.
-- Needs a superuser; without one, every test gets a new copy.

CREATE SCHEMA kept;    -- the rows that migrations wrote
CREATE SCHEMA keeping; -- how we go back to them

DO $$
DECLARE
  one text;
  has_rows boolean;
BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO has_rows;
    IF has_rows THEN
      EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', one, one);
    END IF;
  END LOOP;
END $$;

CREATE TABLE keeping.schema_changes (tag text);

CREATE FUNCTION keeping.reset() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  one text;
  has_rows boolean;
BEGIN
  PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
  -- Deleted rows stay in the files, so a copy is given up when it has grown.
  IF EXISTS (SELECT 1 FROM keeping.schema_changes) OR pg_database_size(current_database()) > 64 * 1024 * 1024 THEN
    RETURN false;
  END IF;
  -- Neither foreign keys nor the triggers that protect the audit stand in the way.
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', one) INTO has_rows;
    IF has_rows THEN
      EXECUTE format('DELETE FROM public.%I', one);
    END IF;
    IF to_regclass(format('kept.%I', one)) IS NOT NULL THEN
      EXECUTE format('INSERT INTO public.%I SELECT * FROM kept.%I', one, one);
    END IF;
  END LOOP;
  RETURN true;
END $$;

CREATE FUNCTION keeping.note_schema_change() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO keeping.schema_changes VALUES (tg_tag);
END $$;

CREATE EVENT TRIGGER note_schema_change ON ddl_command_end EXECUTE FUNCTION keeping.note_schema_change();
