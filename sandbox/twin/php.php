<?php
// Both ends of tests in a process of their own: `php harness program` holds the program, `php
// harness tests` runs the tests, for which functions and classes of the program are declared anew:
// they pass calls on. Plain data crosses by value; objects stay where they are, and the other side
// has one that stands for them. Descriptor 3 leads to the other end: messages of JSON behind their
// length.

final class TwinNone {}

/** An object of the other side whose class is not known here. */
class TwinRemote implements Countable, IteratorAggregate, ArrayAccess
{
    public int $twinNumber = -1;
    public function __call($name, $args) { return TwinHarness::method($this, $name, $args); }
    public function __invoke(...$args) { return TwinHarness::method($this, '__invoke', $args); }
    public function __get($name) { return TwinHarness::request('get', TwinHarness::numberOf($this), $name); }
    public function __set($name, $value) { TwinHarness::request('set', TwinHarness::numberOf($this), $name, TwinHarness::encode($value)); }
    public function __isset($name) { return TwinHarness::request('isset', TwinHarness::numberOf($this), $name); }
    public function __toString(): string { return (string) TwinHarness::method($this, '__toString', []); }
    public function count(): int { return TwinHarness::method($this, 'count', []); }
    public function getIterator(): Iterator { return TwinHarness::iterate($this); }
    public function offsetExists($key): bool { return TwinHarness::method($this, 'offsetExists', [$key]); }
    public function offsetGet($key): mixed { return TwinHarness::method($this, 'offsetGet', [$key]); }
    public function offsetSet($key, $value): void { TwinHarness::method($this, 'offsetSet', [$key, $value]); }
    public function offsetUnset($key): void { TwinHarness::method($this, 'offsetUnset', [$key]); }
}

final class TwinHarness
{
    private const MAX_MESSAGE = 64 << 20;

    // What asks an object whether something is so: objects of the program are only asked where the
    // tests made or fed them, as one that agrees to everything must not stand in for a value.
    private const ASKING = ['equals', 'isequal', 'eq', 'same', 'contains', 'has', 'includes', 'in', 'compareto', 'compare',
        'matches', 'startswith', 'endswith', 'indexof', 'every', 'some', 'offsetexists', 'exists', 'foreach', 'each', 'map', 'filter', 'reduce'];
    private const READING = ['get', 'at', 'slice', 'join', 'offsetget', 'first', 'last', 'item', 'format'];

    public static bool $tests;
    private static $wire;
    private static array $mine = [], $theirs = [], $kinds = [], $trusted = [], $before = [];
    private static SplObjectStorage $myNumber;
    private static WeakMap $theirNumber;
    private static ?Throwable $failure = null;
    private static bool $passed = false;
    private static array $made = [];

    public static function start(string $role): void
    {
        self::$tests = $role === 'tests';
        self::$wire = fopen('php://fd/3', 'r+b');
        stream_set_read_buffer(self::$wire, 1 << 16);
        stream_set_write_buffer(self::$wire, 0);
        self::$myNumber = new SplObjectStorage();
        self::$theirNumber = new WeakMap();
        self::$before = ['class' => get_declared_classes(), 'interface' => get_declared_interfaces(), 'trait' => get_declared_traits(), 'function' => get_defined_functions()['user']];
        $_SERVER['argv'] = $GLOBALS['argv'] = [$_SERVER['argv'][0]];
        $_SERVER['argc'] = $GLOBALS['argc'] = 1;
    }

    /** The text of a file, for eval. */
    public static function code(string $path): string
    {
        $text = ltrim(file_get_contents($path));
        return str_starts_with($text, '<?') ? '?>' . $text : $text;
    }

    // ---- messages

    private static function send(array $message): void
    {
        $data = json_encode($message, JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES, 2048);
        if ($data === false) throw new RuntimeException('a value that can not be handed over: ' . json_last_error_msg());
        if (strlen($data) > self::MAX_MESSAGE) throw new RuntimeException('a value too large to hand over');
        $data = pack('N', strlen($data)) . $data;
        for ($at = 0; $at < strlen($data); $at += $written) {
            $written = @fwrite(self::$wire, $at ? substr($data, $at) : $data);
            if (!$written) self::leave();
        }
    }

    /** The other end is gone: tests that have not come to their end have not passed. */
    private static function leave(): never
    {
        self::$passed = false;
        self::$wire = null;
        exit(0);
    }

    private static function take(int $size): string
    {
        $data = '';
        while (strlen($data) < $size) {
            $piece = fread(self::$wire, $size - strlen($data));
            if ($piece === false || $piece === '') self::leave();
            $data .= $piece;
        }
        return $data;
    }

    private static function receive(): array
    {
        $size = unpack('N', self::take(4))[1];
        $message = $size > self::MAX_MESSAGE ? null : json_decode(self::take($size), true, 2048);
        return is_array($message) ? $message : self::leave();
    }

    // ---- values

    public static function encode($value, ?SplObjectStorage $seen = null, int $depth = 0)
    {
        if (is_int($value) || is_bool($value) || $value === null) return $value;
        if (is_float($value)) return is_finite($value) ? $value : ['n' => (string) $value];
        if (is_string($value)) return preg_match('//u', $value) ? $value : ['b' => base64_encode($value)];
        if ($depth > 300) throw new RuntimeException('a value nested deeper than 300 levels');
        $seen ??= new SplObjectStorage();
        $inner = fn($item) => self::encode($item, $seen, $depth + 1);
        if (is_array($value)) {
            if (array_is_list($value)) return array_map($inner, $value);
            return ['h' => array_map(fn($key, $item) => [$inner($key), $inner($item)], array_keys($value), $value)];
        }
        if (!is_object($value)) return ['z' => get_debug_type($value)];
        if (isset(self::$theirNumber[$value])) return ['k' => self::$theirNumber[$value]];
        if ($value::class === 'stdClass') {
            if ($seen->contains($value)) return ['r' => $seen[$value]];
            $seen[$value] = count($seen);
            $names = array_keys(get_object_vars($value));
            return ['o' => array_map(fn($name) => [(string) $name, $inner($value->$name)], $names)];
        }
        return self::plain($value, $inner) ?? self::kept($value, $inner);
    }

    private static function plain(object $value, callable $inner): ?array
    {
        if ($value instanceof UnitEnum) return ['e' => [self::describe($value::class), $value->name]];
        return match ($value::class) {
            'DateTime', 'DateTimeImmutable' => ['D' => [$value::class, $value->format('Y-m-d H:i:s.u'), $value->getTimezone()->getName()]],
            'ArrayObject', 'ArrayIterator' => ['S' => [$value::class, $inner($value->getArrayCopy())]],
            'SplStack', 'SplQueue', 'SplDoublyLinkedList', 'SplFixedArray' => ['S' => [$value::class, $inner(self::listed($value))]],
            default => null,
        };
    }

    private static function listed(object $value): array
    {
        $all = [];
        for ($at = 0; $at < count($value); $at++) $all[] = $value[$at];
        return $value instanceof SplStack ? array_reverse($all) : $all;
    }

    private static function kept(object $value, callable $inner): array
    {
        if (!self::$myNumber->contains($value)) {
            self::$myNumber[$value] = count(self::$mine);
            self::$mine[] = $value;
        }
        $n = self::$myNumber[$value];
        if ($value instanceof Closure) return ['F' => [$n, (bool) array_filter(self::parameters(new ReflectionFunction($value)), fn($one) => $one[1])]];
        if ($value instanceof Throwable) return ['E' => [$n, self::describe($value::class), $inner($value->getMessage()), $value->getCode(), $value->getPrevious() ? $inner($value->getPrevious()) : null]];
        if ($value instanceof Generator) return ['G' => $n];
        return ['H' => [$n, self::describe($value::class)]];
    }

    public static function decode($data, array &$seen = [])
    {
        if (!is_array($data)) return $data;
        $inner = function ($item) use (&$seen) { return self::decode($item, $seen); };
        if (array_is_list($data)) return array_map($inner, $data);
        $tag = array_key_first($data);
        $body = $data[$tag];
        switch ($tag) {
            case 'n': return ['NAN' => NAN, 'INF' => INF, '-INF' => -INF][$body];
            case 'b': return base64_decode($body);
            case 'z': return null;
            case 'h':
                $all = [];
                foreach ($body as [$key, $item]) $all[$inner($key)] = $inner($item);
                return $all;
            case 'o':
                $value = $seen[] = new stdClass();
                foreach ($body as [$name, $item]) $value->$name = $inner($item);
                return $value;
            case 'r': return $seen[$body];
            case 'k': return self::$mine[$body];
            case 'e': return constant(self::declared($body[0]) . '::' . $body[1]);
            case 'D': return new ($body[0] === 'DateTime' ? 'DateTime' : 'DateTimeImmutable')($body[1], new DateTimeZone($body[2]));
            case 'S': return self::collection($body[0], $inner($body[1]));
            case 'F':
                $n = $body[0];
                return self::$theirs[$n] ?? self::remember($n, $body[1] ? fn(&...$args) => self::call('call', [$n], $args) : fn(...$args) => self::call('call', [$n], $args));
            case 'G': return self::$theirs[$body] ?? self::remember($body, self::generate($body));
            case 'E': return self::$theirs[$body[0]] ?? self::throwable($body, $inner);
            case 'H': return self::$theirs[$body[0]] ?? self::remember($body[0], self::make(self::declared($body[1])));
        }
        throw new RuntimeException("unknown tag $tag");
    }

    private static function collection(string $kind, array $items): object
    {
        if ($kind === 'SplFixedArray') return SplFixedArray::fromArray($items);
        if ($kind === 'ArrayObject') return new ArrayObject($items);
        if ($kind === 'ArrayIterator') return new ArrayIterator($items);
        $made = match ($kind) { 'SplStack' => new SplStack(), 'SplQueue' => new SplQueue(), default => new SplDoublyLinkedList() };
        foreach ($items as $item) $made->push($item);
        return $made;
    }

    private static function remember(int $n, object $value): object
    {
        self::$theirNumber[$value] = $n;
        if (property_exists($value, 'twinNumber')) $value->twinNumber = $n;
        return self::$theirs[$n] = $value;
    }

    private static function make(string $class): object
    {
        return in_array($class, self::$made) ? (new ReflectionClass($class))->newInstanceWithoutConstructor() : new TwinRemote();
    }

    private static function throwable(array $body, callable $inner): Throwable
    {
        [$n, $about, $message, $code, $previous] = $body;
        $class = self::declared($about);
        $error = is_a($class, 'Throwable', true) ? (new ReflectionClass($class))->newInstanceWithoutConstructor() : new RuntimeException();
        $base = $error instanceof Exception ? 'Exception' : 'Error';
        foreach (['message' => self::decode($message), 'code' => $code, 'previous' => $previous ? $inner($previous) : null] as $name => $item) {
            $property = new ReflectionProperty($base, $name);
            $property->setAccessible(true);
            $property->setValue($error, $item);
        }
        return self::remember($n, $error);
    }

    private static function generate(int $n): Generator
    {
        for (self::request('generate', $n, 'rewind'); self::request('generate', $n, 'valid'); self::request('generate', $n, 'next')) {
            [$key, $value] = self::request('generate', $n, 'current');
            yield $key => $value;
        }
        return self::request('generate', $n, 'getReturn');
    }

    public static function iterate(object $remote): Iterator
    {
        foreach (self::request('items', self::numberOf($remote)) as [$key, $value]) yield $key => $value;
    }

    // ---- classes

    /** What the other side must know of a class to declare one that stands for it; once. */
    private static function describe(string $name): array
    {
        $class = new ReflectionClass($name);
        if ($class->isInternal() || isset(self::$kinds[$name])) return ['name' => $name];
        if (!self::$tests && in_array($name, self::$before['class'])) return ['name' => $name];
        self::$kinds[$name] = true;
        $parent = $class->getParentClass();
        $kind = $class->isInterface() ? 'interface' : ($class->isEnum() ? 'enum' : ($class->isTrait() ? 'trait' : 'class'));
        $methods = array_filter($class->getMethods(ReflectionMethod::IS_PUBLIC), fn($one) => $one->getDeclaringClass()->isUserDefined() || !($class->isSubclassOf('Throwable') || $one->isFinal()));
        $constants = array_filter($class->getConstants(ReflectionClassConstant::IS_PUBLIC), fn($one) => !is_object($one));
        $static = array_filter($class->getProperties(ReflectionProperty::IS_STATIC), fn($one) => $one->isPublic());
        return [
            'name' => $class->isAnonymous() ? 'TwinAnonymous' . spl_object_id($class) : $name,
            'kind' => $kind,
            'abstract' => $class->isAbstract(),
            'parent' => $parent ? self::describe($parent->getName()) : null,
            'interfaces' => array_map(fn($one) => self::describe($one), $class->getInterfaceNames()),
            'methods' => array_values(array_map(fn($one) => [$one->getName(), $one->isStatic(), $one->isAbstract(), self::parameters($one), self::returned($one)], $methods)),
            'constants' => self::encode($constants),
            'cases' => $kind === 'enum' ? array_map(fn($one) => [$one->name, $one->value ?? null], $name::cases()) : [],
            'static' => array_map(fn($one) => $one->getName(), array_values($static)),
        ];
    }

    private static function parameters(ReflectionFunctionAbstract $function): array
    {
        return array_map(fn($one) => [$one->getName(), $one->isPassedByReference(), $one->isVariadic(), $one->isOptional()], $function->getParameters());
    }

    /** Of a class of the tests, which may implement an interface of the program, what a method returns. */
    private static function returned(ReflectionMethod $method): string
    {
        $type = self::$tests ? (string) $method->getReturnType() : '';
        return preg_replace_callback('/[\w\\\\]+/', fn($found) => class_exists($found[0]) || interface_exists($found[0]) ? '\\' . $found[0] : $found[0], $type);
    }

    private const NAME = '/^[a-zA-Z_\x80-\xff][\w\x80-\xff]*$/';

    /** What the other side says is to become code here: names, and nothing else, or it is refused. */
    private static function checked(array $about): void
    {
        $names = array_merge($about['static'], array_column($about['cases'], 0), array_column($about['methods'], 0), array_keys(self::decode($about['constants'])));
        foreach ($about['methods'] as $method) $names = array_merge($names, array_column($method[3], 0));
        foreach ($names as $name) self::checkedName($name);
        array_walk_recursive($about['constants'], fn($item) => is_object(self::decode($item)) && throw new Error('a constant must be data'));
        foreach ($about['cases'] as [, $value]) if (!is_null($value) && !is_int($value) && !is_string($value)) throw new Error('no case of an enum');
    }

    private static function checkedName($name): void
    {
        if (!is_string($name) || !preg_match(self::NAME, $name) || $name === 'this') throw new Error('not a name');
    }

    private static function isFree(string $name): bool
    {
        return !class_exists($name, false) && !interface_exists($name, false) && !trait_exists($name, false);
    }

    /** The name of the class that stands for the one described, which is declared if need be. */
    private static function declared(array $about): string
    {
        $name = $about['name'];
        if (!preg_match('/^[\w\\\\\x80-\xff]+$/', $name)) return 'TwinRemote';
        if (!isset($about['kind']) || !self::isFree($name)) return class_exists($name, false) || interface_exists($name, false) ? $name : 'TwinRemote';
        if (self::$tests && (in_array(strtolower($name), self::$taken) || preg_match('/^(?:Twin|PHPUnit)/i', $name))) return 'TwinRemote';
        self::checked($about);
        $parent = $about['parent'] ? self::declared($about['parent']) : null;
        $interfaces = array_filter(array_map(fn($one) => self::declared($one), $about['interfaces']), fn($one) => interface_exists($one, false));
        $interfaces = array_diff($interfaces, ['Stringable', 'Throwable', 'UnitEnum', 'BackedEnum']);
        if ($parent) $interfaces = array_filter($interfaces, fn($one) => !is_a($parent, $one, true));
        $separator = strrpos($name, '\\');
        $space = $separator === false ? '' : 'namespace ' . substr($name, 0, $separator) . ';';
        $short = $separator === false ? $name : substr($name, $separator + 1);
        eval($space . self::text($short, $about, $parent, $interfaces));
        self::$made[] = $name;
        return $name;
    }

    private static function text(string $short, array $about, ?string $parent, array $interfaces): string
    {
        $isError = $parent && is_a($parent, 'Throwable', true);
        $kind = $about['kind'];
        $backed = ($about['cases'][0][1] ?? null) !== null;
        $head = match ($kind) {
            'interface' => "interface $short" . ($interfaces ? ' extends \\' . implode(', \\', $interfaces) : ''),
            'enum' => "enum $short" . ($backed ? ': ' . get_debug_type($about['cases'][0][1]) : ''),
            'trait' => "trait $short",
            default => "class $short" . ($parent ? " extends \\$parent" : ''),
        };
        $isRoot = $kind === 'class' && !$isError && !($parent && !in_array($parent, self::$before['class']));
        if ($isRoot && !in_array('JsonSerializable', $interfaces)) {
            $interfaces[] = 'JsonSerializable';
            $isPlain = true;
        }
        if ($kind !== 'interface' && $interfaces) $head .= ' implements \\' . implode(', \\', $interfaces);
        $body = '';
        foreach ($about['cases'] as [$name, $value]) $body .= "case $name" . ($backed ? ' = ' . var_export($value, true) : '') . ';';
        foreach (self::decode($about['constants']) as $name => $value) $body .= "const $name = " . var_export($value, true) . ';';
        foreach ($about['static'] as $name) $body .= "public static \$$name;";
        foreach ($about['methods'] as [$name, $static, $abstract, $parameters, $type]) {
            if (self::$tests) $type = '';
            $lower = strtolower($name);
            if ($kind === 'enum' && in_array($lower, ['cases', 'from', 'tryfrom'])) continue;
            if ($isError && ($lower === '__construct' || $lower === '__tostring')) continue;
            if (in_array($lower, ['__get', '__set', '__isset', '__unset', '__call', '__callstatic', '__destruct', '__clone', '__serialize', '__unserialize', '__sleep', '__wakeup', '__debuginfo', '__set_state'])) continue;
            $body .= self::signature($name, $parameters, $static, $type) . ($kind === 'interface' ? ';' : self::body($name, $parameters, $static, $type));
        }
        if ($isRoot) {
            if (isset($isPlain)) $body .= 'public function jsonSerialize(): mixed { return \TwinHarness::request("public", $this->twinNumber); }';
            // The number keeps two of them from being equal for want of properties.
            $body .= 'public int $twinNumber = -1;
                public function __call($name, $args) { return \TwinHarness::method($this, $name, $args); }
                public static function __callStatic($name, $args) { return \TwinHarness::call("static", [static::class, $name], $args); }
                public function __get($name) { return \TwinHarness::request("get", \TwinHarness::numberOf($this), $name); }
                public function __set($name, $value) { \TwinHarness::request("set", \TwinHarness::numberOf($this), $name, \TwinHarness::encode($value)); }
                public function __isset($name) { return \TwinHarness::request("isset", \TwinHarness::numberOf($this), $name); }
                public function __unset($name) { \TwinHarness::request("unset", \TwinHarness::numberOf($this), $name); }
                public function __clone() { \TwinHarness::cloned($this); }';
            if (!str_contains(strtolower($body), 'function __construct(')) $body .= 'public function __construct(...$args) { \TwinHarness::construct($this, static::class, $args); }';
        }
        return "$head { $body }";
    }

    private static function signature(string $name, array $parameters, bool $static, string $type = ''): string
    {
        $list = [];
        foreach ($parameters as [$parameter, $reference, $variadic, $optional]) {
            $list[] = ($variadic ? ($reference ? '&...' : '...') : ($reference ? '&' : '')) . "\$$parameter" . ($optional && !$variadic ? ' = new \TwinNone' : '');
        }
        $list = implode(', ', $list);
        if (strtolower($name) === '__tostring') return 'public function __toString(): string';
        return "#[\\ReturnTypeWillChange] public " . ($static ? 'static ' : '') . "function $name($list)" . ($type ? ": $type" : '');
    }

    private static function body(string $name, array $parameters, bool $static, string $type): string
    {
        $lower = strtolower($name);
        $build = self::gather($parameters);
        if ($lower === '__construct') return "{ $build \\TwinHarness::construct(\$this, static::class, \$twinArgs); }";
        if ($static) return "{ $build return \\TwinHarness::call('static', [static::class, '$name'], \$twinArgs); }";
        $return = $lower === '__tostring' ? 'return (string) ' : (in_array($type, ['void', 'never']) ? '' : 'return ');
        return "{ $build $return\\TwinHarness::method(\$this, '$name', \$twinArgs); }";
    }

    /** Code that gathers the arguments that were given, references where they are taken as such. */
    private static function gather(array $parameters): string
    {
        $code = '$twinArgs = [];';
        foreach ($parameters as [$name, $reference, $variadic]) {
            if ($variadic) $code .= "foreach (\$$name as \$twinKey => " . ($reference ? '&' : '') . "\$twinItem) if (is_int(\$twinKey)) \$twinArgs[] = " . ($reference ? '&' : '') . "\$twinItem; else \$twinArgs[\$twinKey] = \$twinItem; unset(\$twinItem);";
            else $code .= "if (!(\$$name instanceof \\TwinNone)) { \$twinArgs['$name'] = " . ($reference ? '&' : '') . "\$$name; }";
        }
        $extra = count($parameters);
        if (!array_filter($parameters, fn($one) => $one[2])) $code .= "foreach (array_slice(func_get_args(), $extra) as \$twinItem) \$twinArgs[] = \$twinItem;";
        return $code;
    }

    public static function construct(object $self, string $class, array $args): void
    {
        $n = self::call('new', [$class], $args);
        self::remember($n, $self);
        self::$trusted[$n] = true;
    }

    public static function cloned(object $self): void
    {
        self::remember(self::request('clone', $self->twinNumber), $self);
    }

    public static function numberOf(object $self): int
    {
        return self::$theirNumber[$self] ?? throw new Error('tests can not extend a class of the program');
    }

    public static function method(object $self, string $name, array $args)
    {
        if ($self instanceof UnitEnum) return self::call('case', [self::encode($self), $name], $args);
        $n = self::numberOf($self);
        if (self::$tests && $args && !isset(self::$trusted[$n])) {
            $lower = strtolower($name);
            $foreign = array_filter($args, fn($item) => !is_object($item) || !isset(self::$theirNumber[$item]));
            if ($foreign && in_array($lower, self::ASKING)) throw new TypeError("an object of the program stands in for a value: $name()");
            if (!in_array($lower, self::READING)) self::$trusted[$n] = true;
        }
        $value = self::call('method', [$n, $name], $args);
        if (isset(self::$trusted[$n]) && is_object($value) && isset(self::$theirNumber[$value])) self::$trusted[self::$theirNumber[$value]] = true;
        return $value;
    }

    // ---- requests and replies

    public static function request(string $verb, ...$rest)
    {
        return self::decode(self::exchange([$verb, ...$rest])[0]);
    }

    /** A call: what it changed of its arguments is changed here too. */
    public static function call(string $verb, array $where, array $args)
    {
        $seen = new SplObjectStorage();
        $given = [];
        foreach ($args as $key => $item) $given[] = [$key, self::encode($item, $seen)];
        [$result, $changed, $after] = self::exchange([$verb, ...$where, $given]) + [null, [], null];
        $objects = [];
        foreach ($seen as $object) $objects[] = $object;
        $fresh = [];
        foreach ($changed ?? [] as $key => $data) $args[$key] = self::decode($data, $objects);
        foreach ($after ?? [] as $at => $data) {
            $new = self::decode([$data], $fresh)[0] ?? null;
            if ($new instanceof stdClass && isset($objects[$at])) self::become($objects[$at], $new);
        }
        return self::decode($result, $objects);
    }

    private static function become(stdClass $ours, stdClass $theirs): void
    {
        foreach (array_keys(get_object_vars($ours)) as $name) if (!property_exists($theirs, (string) $name)) unset($ours->$name);
        foreach (get_object_vars($theirs) as $name => $item) {
            $old = $ours->$name ?? null;
            if ($old instanceof stdClass && $item instanceof stdClass) self::become($old, $item); else $ours->$name = $item;
        }
    }

    private static function exchange(array $message): array
    {
        self::send(['ask', $message, self::drain()]);
        for (;;) {
            [$kind, $body, $said] = self::receive() + [null, null, null];
            if (self::$tests && $said) echo self::decode($said);
            if ($kind === 'ask') self::answer($body);
            elseif ($kind === 'throw') throw self::decode($body);
            else return $body;
        }
    }

    private static function answer(array $body): void
    {
        try {
            $verb = array_shift($body);
            $reply = ['ok', self::{'do' . ucfirst($verb)}(...$body)];
        } catch (Throwable $error) {
            // A program that swallows what an assertion of the tests threw in a callback has not passed it.
            if (self::$tests && stripos($error::class, 'assert') !== false) self::$failure ??= $error;
            $reply = ['throw', self::encode($error)];
        }
        $reply[] = self::drain();
        try {
            self::send($reply);
        } catch (RuntimeException $error) {
            self::send(['throw', self::encode($error), null]);
        }
    }

    private static function drain()
    {
        if (self::$tests || !ob_get_level()) return null;
        $text = (string) ob_get_contents();
        ob_clean();
        return $text === '' ? null : self::encode(substr($text, -(1 << 20)));
    }

    private static function run(array $given, ?ReflectionFunctionAbstract $about, callable $work): array
    {
        $seen = $args = [];
        foreach ($given as [$key, $data]) $args[$key] = self::decode($data, $seen);
        $objects = array_map(fn($object) => json_encode(self::encode($object)), $seen);
        $byName = $about ? array_column(array_map(fn($one) => [$one->getName(), $one->isPassedByReference()], $about->getParameters()), 1, 0) : [];
        $order = array_values($byName);
        $last = $about && $about->isVariadic() && end($order);
        $references = $passed = [];
        $at = 0;
        $positional = true;
        foreach (array_keys($args) as $key) {
            $isReference = is_int($key) ? ($order[$at] ?? $last) : ($byName[$key] ?? false);
            // Arguments that stand at their own place are passed without a name.
            if ($positional && ($key === $at || $key === (array_keys($byName)[$at] ?? null) || is_int($key))) $place = $at; else { $place = $key; $positional = false; }
            if ($isReference) { $passed[$place] = &$args[$key]; $references[] = $key; } else $passed[$place] = $args[$key];
            $at++;
        }
        $value = $work($passed);
        $storage = new SplObjectStorage();
        foreach ($seen as $index => $object) $storage[$object] = $index;
        $changed = [];
        foreach ($references as $key) $changed[$key] = self::encode($args[$key], clone $storage);
        $after = [];
        foreach ($seen as $index => $object) {
            $now = self::encode($object);
            if (json_encode($now) !== $objects[$index]) $after[$index] = $now;
        }
        return [self::encode($value, $storage), $changed ?: null, $after ?: null];
    }

    private static function doCall(int $n, array $given): array
    {
        $target = self::$mine[$n];
        if (self::$tests && !($target instanceof Closure)) throw new Error('not a closure');
        return self::run($given, new ReflectionFunction($target), fn($args) => $target(...$args));
    }

    // The program may call, of an object of the tests, public methods that the tests' own text defines.
    private static function doMethod(int $n, string $name, array $given): array
    {
        $target = self::$mine[$n];
        $about = method_exists($target, $name) ? new ReflectionMethod($target, $name) : null;
        if (self::$tests && !($about && $about->isUserDefined() && $about->isPublic() && !$about->isStatic())) throw new Error("Call to undefined method $name()");
        return self::run($given, $about, fn($args) => $target->$name(...$args));
    }

    private static function doCase(array $case, string $name, array $given): array
    {
        self::own();
        $target = self::decode($case);
        return self::run($given, new ReflectionMethod($target, $name), fn($args) => $target->$name(...$args));
    }

    private static function doGet(int $n, string $name): array { return [self::encode(self::$mine[$n]->$name)]; }
    private static function doIsset(int $n, string $name): array { return [isset(self::$mine[$n]->$name)]; }
    private static function doSet(int $n, string $name, $value): array { self::$mine[$n]->$name = self::decode($value); return [null]; }
    private static function doUnset(int $n, string $name): array { if (!self::$tests) unset(self::$mine[$n]->$name); return [null]; }

    private static function doPublic(int $n): array
    {
        self::own();
        return [self::encode((object) (fn($object) => get_object_vars($object))->bindTo(null, null)(self::$mine[$n]))];
    }

    private static function doItems(int $n): array
    {
        $items = [];
        if (self::$mine[$n] instanceof Traversable) foreach (self::$mine[$n] as $key => $value) $items[] = [$key, $value];
        return [self::encode($items)];
    }

    private static function doGenerate(int $n, string $what): array
    {
        $it = self::$mine[$n];
        if (!($it instanceof Generator)) throw new Error('not a generator');
        return [self::encode(match ($what) {
            'rewind' => $it->rewind(), 'valid' => $it->valid(), 'next' => $it->next(), 'getReturn' => $it->getReturn(),
            'current' => [$it->key(), $it->current()],
        })];
    }

    // ---- the program's end

    private static function own(): void
    {
        if (self::$tests) throw new Error('only the program does that');
    }

    private static function doFunction(string $name, array $given): array
    {
        self::own();
        return self::run($given, new ReflectionFunction($name), fn($args) => $name(...$args));
    }

    private static function doStatic(string $class, string $name, array $given): array
    {
        self::own();
        $about = method_exists($class, $name) ? new ReflectionMethod($class, $name) : null;
        return self::run($given, $about, fn($args) => $class::$name(...$args));
    }

    private static function doNew(string $class, array $given): array
    {
        self::own();
        $about = (new ReflectionClass($class))->getConstructor();
        return self::run($given, $about, function ($args) use ($class) {
            $made = new $class(...$args);
            self::kept($made, fn($item) => null);
            return self::$myNumber[$made];
        });
    }

    private static function doClone(int $n): array
    {
        self::own();
        $made = clone self::$mine[$n];
        self::kept($made, fn($item) => null);
        return [self::$myNumber[$made]];
    }

    private static function doNames(): array
    {
        self::own();
        $functions = array_values(array_diff(get_defined_functions()['user'], self::$before['function']));
        $classes = [];
        foreach (['get_declared_interfaces' => 'interface', 'get_declared_traits' => 'trait', 'get_declared_classes' => 'class'] as $list => $kind) {
            foreach (array_diff($list(), self::$before[$kind]) as $name) {
                $class = new ReflectionClass($name);
                if ($class->isUserDefined() && !$class->isAnonymous()) $classes[] = self::describe($name);
            }
        }
        $variables = array_diff_key($GLOBALS, array_flip(['_GET', '_POST', '_COOKIE', '_FILES', '_SERVER', '_ENV', '_REQUEST', 'argv', 'argc', 'GLOBALS']));
        return [
            array_map(fn($name) => [(new ReflectionFunction($name))->getName(), self::parameters(new ReflectionFunction($name))], $functions),
            $classes,
            self::encode(get_defined_constants(true)['user'] ?? []),
            array_map(fn($name) => [$name, self::encode($GLOBALS[$name])], array_map('strval', array_keys($variables))),
        ];
    }

    public static function serve(): void
    {
        for (;;) self::answer(self::receive()[1]);
    }

    // ---- the tests' end

    private static array $taken = [];

    /** Declares what the program has, unless the tests do so themselves. */
    public static function reach(): void
    {
        preg_match_all('/\b(?:class|interface|trait|enum)\s+(\w+)/i', file_get_contents('/box/tests.php'), $classes);
        preg_match_all('/\bfunction\s+&?\s*(\w+)\s*\(/i', file_get_contents('/box/tests.php'), $functions);
        self::$taken = array_map('strtolower', $classes[1]);
        $own = array_map('strtolower', $functions[1]);
        [$theirs, $kinds, $constants, $variables] = self::exchange(['names']);
        foreach ($kinds as $about) if (!in_array(strtolower($about['name']), self::$taken)) self::declared($about);
        // What it says of its names may be a lie: none of ours is ever replaced, and none that judges.
        $last = fn($name) => substr($name, (int) strrpos('\\' . $name, '\\'));
        foreach (self::decode($constants) as $name => $value) if (!defined($name) && !defined($last($name))) define($name, $value);
        foreach ($variables as [$name, $data]) {
            self::checkedName($name);
            if (!array_key_exists($name, $GLOBALS) && $name[0] !== '_' && $name !== 'GLOBALS') $GLOBALS[$name] = self::decode($data);
        }
        foreach ($theirs as [$name, $parameters]) {
            if (in_array(strtolower($name), $own) || function_exists($name) || function_exists($last($name))) continue;
            if (!preg_match('/^[\w\\\\\x80-\xff]+$/', $name) || preg_match('/^(?:assert|twin)/i', $last($name))) continue;
            foreach ($parameters as $parameter) self::checkedName($parameter[0]);
            $separator = strrpos($name, '\\');
            $space = $separator === false ? '' : 'namespace ' . substr($name, 0, $separator) . ';';
            $short = $separator === false ? $name : substr($name, $separator + 1);
            $signature = substr(self::signature($short, $parameters, false), strlen('#[\ReturnTypeWillChange] public '));
            eval("$space $signature { " . self::gather($parameters) . ' return \TwinHarness::call("function", [' . var_export($name, true) . '], $twinArgs); }');
        }
    }

    /** Has the token written when all is over, if nothing went wrong: an exit code says otherwise. */
    public static function finally(): void
    {
        $token = file_get_contents('/box/token');
        self::$passed = true;
        register_shutdown_function(function () use ($token) {
            $problem = error_get_last();
            $fatal = $problem && in_array($problem['type'], [E_ERROR, E_PARSE, E_CORE_ERROR, E_COMPILE_ERROR, E_USER_ERROR, E_RECOVERABLE_ERROR]);
            if (self::$failure) { fwrite(STDERR, self::$failure . "\n"); exit(1); }
            while (ob_get_level()) ob_end_flush();
            if (self::$passed && !$fatal) fwrite(STDOUT, $token);
        });
    }
}

TwinHarness::start($argv[1]);
if (TwinHarness::$tests) {
    TwinHarness::reach();
    TwinHarness::finally();
    eval(TwinHarness::code('/box/tests.php'));
} else {
    ob_start();
    eval(TwinHarness::code('/box/main.php'));
    TwinHarness::serve();
}
