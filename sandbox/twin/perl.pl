# Both ends of tests in a process of their own: `perl harness program` holds the program, `perl
# harness tests` runs the tests, for which the program's subs are defined anew: they pass calls on.
# Plain data crosses by value; code and blessed things stay where they are, and the other side has
# what stands for them. Descriptor 3 leads to the other end: messages behind their length, a letter
# before each value.
package TwinHarness;
use strict;
use warnings;
no warnings qw(recursion redefine once);
use Scalar::Util qw(blessed reftype refaddr);
use overload ();

use constant {MAX_MESSAGE => 64 << 20, MAX_DEPTH => 500};

# What asks an object whether something is so. One of the program that agrees to everything must not
# stand in for a value: only those that the tests made or fed are asked.
our %ASKING = map { $_ => 1 } qw(equals equal eq same is_equal isEqual contains has has_key exists includes include in
    compare cmp matches starts_with ends_with index any all every some map grep each foreach);
our %READING = map { $_ => 1 } qw(get at slice join first last item peek fetch);

our $tests = ($ARGV[0] // '') eq 'tests';
our ($gone, $token, $failure, $printed) = (0, '', undef, '');
our (@mine, %my_number, %theirs, %their_number, %kind, %trusted, %overloads);
our (%before, %loaded, %known, %packages, %fresh);
open(our $wire, '+<&=', 3) or die "no wire: $!";
binmode $wire;
@ARGV = ();

# ---- messages

sub send_message {
    my ($text) = @_;
    die "a value too large to hand over\n" if length $text > MAX_MESSAGE;
    $text = pack('N', length $text) . $text;
    local $SIG{PIPE} = 'IGNORE';
    for (my $at = 0; $at < length $text;) {
        my $sent = syswrite $wire, $text, length($text) - $at, $at;
        leave() unless $sent;
        $at += $sent;
    }
}

# The other end is gone: tests that have not come to their end have not passed.
sub leave { $gone = 1; exit 0 }

sub take {
    my ($size) = @_;
    my $data = '';
    while (length $data < $size) {
        sysread($wire, $data, $size - length $data, length $data) or leave();
    }
    return $data;
}

sub receive {
    my $size = unpack 'N', take(4);
    leave() if $size > MAX_MESSAGE;
    my ($text, $at) = (take($size), 0);
    return \$text;
}

# ---- values

sub chunk { my ($letter, $bytes) = @_; return $letter . length($bytes) . ':' . $bytes }

sub text {
    my ($value) = @_;
    return chunk('s', $value) unless utf8::is_utf8($value);
    utf8::encode(my $bytes = $value);
    return chunk('u', $bytes);
}

# `$seen` numbers containers in the order in which both sides come across them.
sub encode {
    my ($value, $seen, $depth) = @_;
    return 'U' unless defined $value;
    return scalar_text($value) unless ref $value;
    die "a value nested deeper than 500 levels\n" if ($depth // 0) > MAX_DEPTH;
    my ($address, $class, $type) = (refaddr $value, blessed $value, reftype $value);
    return "k$their_number{$address};" if exists $their_number{$address};
    return chunk('Q', "$value") if defined $class && $class eq 'Regexp';
    return chunk('B', "$class $value") if defined $class && $class =~ /^Math::Big(?:Int|Float)$/ && $class->can('bstr');
    if (defined $class || $type !~ /^(?:ARRAY|HASH|SCALAR|REF)$/) {
        $my_number{$address} //= push(@mine, $value) - 1;
        my $n = $my_number{$address};
        return "c$n;" if !defined $class && $type eq 'CODE';
        return "g$n;" if $type eq 'GLOB' || $type eq 'IO';
        return "o$n;" . text($class // '') . text($type) . (defined $class && overload::Overloaded($value) ? 1 : 0) . ';';
    }
    return "r$seen->{$address};" if exists $seen->{$address};
    $seen->{$address} = keys %$seen;
    my $next = ($depth // 0) + 1;
    return 'A' . @$value . ':' . join('', map { encode($_, $seen, $next) } @$value) if $type eq 'ARRAY';
    return 'H' . keys(%$value) . ':' . join('', map { text($_) . encode($value->{$_}, $seen, $next) } sort keys %$value) if $type eq 'HASH';
    return 'S' . encode($$value, $seen, $next);
}

# A number stays one, in full precision. `^` tells it from a string.
sub scalar_text {
    my ($value) = @_;
    no warnings;
    return 'g-1;' if ref(\$value) eq 'GLOB';
    return text($value) if ref(\$value) ne 'SCALAR' || ($value ^ $value) ne '0';
    return "i$value;" if $value =~ /^-?\d{1,19}\z/;
    return 'd' . pack('d>', $value);
}

sub decode {
    my ($text, $seen) = @_;
    my $letter = substr $$text, pos($$text) // 0, 1;
    pos($$text) = (pos($$text) // 0) + 1;
    return undef if $letter eq 'U';
    if ($letter eq 'd') {
        my $bytes = substr $$text, pos($$text), 8;
        pos($$text) += 8;
        return unpack 'd>', $bytes;
    }
    if ($letter =~ /[su]/) {
        my $bytes = bytes_of($text);
        utf8::decode($bytes) if $letter eq 'u';
        return $bytes;
    }
    return 0 + word($text) if $letter eq 'i';
    if ($letter eq 'A') {
        my $count = count($text);
        push @$seen, my $list = [];
        push @$list, decode($text, $seen) for 1 .. $count;
        return $list;
    }
    if ($letter eq 'H') {
        my $count = count($text);
        push @$seen, my $map = {};
        for (1 .. $count) { my $key = decode($text, $seen); $map->{$key} = decode($text, $seen) }
        return $map;
    }
    if ($letter eq 'S') {
        push @$seen, my $reference = \my $inner;
        $inner = decode($text, $seen);
        return $reference;
    }
    return $seen->[word($text)] if $letter eq 'r';
    return $mine[word($text)] if $letter eq 'k';
    if ($letter eq 'Q') { my $pattern = bytes_of($text); return qr/$pattern/ }
    if ($letter eq 'B') { my ($class, $digits) = split / /, bytes_of($text); return big($class, $digits) }
    my $n = word($text);
    if ($letter eq 'c') { return $theirs{$n} //= remember($n, code($n)) }
    if ($letter eq 'g') { return $n < 0 ? undef : $theirs{$n} //= remember($n, stream($n)) }
    if ($letter eq 'o') {
        my ($class, $type) = (decode($text, $seen), decode($text, $seen));
        my $strings = word($text);
        return $theirs{$n} //= remember($n, object($n, $class, $type, $strings));
    }
    die "not a value: $letter\n"; # the end is not known then, and what follows will not be read
}

sub bytes_of {
    my ($text) = @_;
    my $length = count($text);
    my $bytes = substr $$text, pos($$text), $length;
    pos($$text) += $length;
    return $bytes;
}

sub count { my ($text) = @_; $$text =~ /\G(\d+):/gc or leave(); return $1 }
sub word { my ($text) = @_; $$text =~ /\G([^;]*);/gc or leave(); return $1 }

sub big {
    my ($class, $digits) = @_;
    die "no number\n" unless $class =~ /^Math::Big(Int|Float)$/ && $digits =~ /^[-+\w.]*$/;
    require Math::BigInt;
    require Math::BigFloat;
    return $class->new($digits);
}

sub remember {
    my ($n, $value) = @_;
    $their_number{refaddr $value} = $n;
    return $value;
}

sub code {
    my ($n) = @_;
    return sub {
        no strict 'refs';
        my $package = caller;
        my @around = map { ref \$_ eq 'SCALAR' && !ref $_ ? $_ : undef } $_, ${"${package}::a"}, ${"${package}::b"};
        return use_('call', "$n;" . encode(\@around, {}), wantarray, \@_);
    };
}

# What stands for a blessed thing is blessed into a package of that name, and what it is made of leads
# to the original.
sub object {
    my ($n, $class, $type, $strings) = @_;
    my $value;
    if ($type eq 'HASH') { tie my %fields, 'TwinHarness::Fields', $n; $value = \%fields }
    elsif ($type eq 'ARRAY') { tie my @items, 'TwinHarness::Items', $n; $value = \@items }
    elsif ($type eq 'CODE') { $value = code($n) }
    else { my $empty; $value = \$empty }
    my $package = !$tests ? 'TwinHarness::Foreign' : $fresh{$class} // is_free($class) ? $class : 'TwinHarness::Thing';
    declare($package) if $tests && $strings;
    $overloads{refaddr $value} = $strings;
    return bless $value, $package;
}

sub stream {
    my ($n) = @_;
    no strict 'refs';
    my $name = "TwinHarness::stream$n";
    tie *$name, 'TwinHarness::Stream', $n;
    return \*$name;
}

# Operators on a thing of the program: its own only where both sides are the program's. Else it is
# turned to text or a number, for which the program learns nothing of the other side.
our %declared;
sub declare {
    my ($package) = @_;
    return if $declared{$package}++ || $package !~ /^\w+(?:::\w+)*$/;
    no strict 'refs';
    my $plain = sub { my ($value, $verb) = @_; return request('convert', "$their_number{refaddr $value};$verb;") };
    my $both = sub { my ($one, $other) = @_; return ref $other && exists $their_number{refaddr $other} };
    my $number = sub { $overloads{refaddr $_[0]} ? $plain->($_[0], 'number') : refaddr $_[0] };
    $package->overload::OVERLOAD(
        '""' => sub { $overloads{refaddr $_[0]} ? $plain->($_[0], 'string') : ref($_[0]) . sprintf('=%s(0x%x)', reftype($_[0]), refaddr $_[0]) },
        '0+' => $number,
        'bool' => sub { $overloads{refaddr $_[0]} ? !!$plain->($_[0], 'bool') : 1 },
        '=' => sub { $_[0] },
        'nomethod' => sub {
            my ($one, $other, $swapped, $operator) = @_;
            my ($left, $right) = $swapped ? ($other, $one) : ($one, $other);
            if ($both->($one, $other) && $overloads{refaddr $one}) {
                return request('operate', "$operator;" . encode($left, {}) . encode($right, {}));
            }
            my $known = $overloads{refaddr $one} && $operator !~ /^(?:eq|ne|==|!=|lt|gt|le|ge|cmp|\.|x|neg|!|abs|int|<>)$/
                && request('overloads', "$their_number{refaddr $one};$operator;");
            if ($known) {
                my $made = request('operate', "$operator;" . encode($left, {}) . encode($right, {}));
                return $made if ref $made && exists $their_number{refaddr $made};
                die "an object of the program computes with the tests' data\n";
            }
            my $textual = $operator =~ /^(?:eq|ne|lt|gt|le|ge|cmp|\.|x)$/;
            $_ = ref $_ && exists $their_number{refaddr $_} ? $textual ? "$_" : $number->($_) : $_ for $left, $right;
            return OPERATE($operator, $left, $right);
        },
    );
}

our %operations;
sub OPERATE {
    my ($operator, $left, $right) = @_;
    $operations{$operator} //= $operator =~ /^(?:neg|!|~|abs|int|sqrt|sin|cos|exp|log)$/
        ? eval 'sub { ' . ($operator eq 'neg' ? '-' : $operator) . '($_[0]) }'
        : eval "sub { \$_[0] $operator \$_[1] }";
    die "no such operation: $operator\n" unless $operations{$operator};
    return $operations{$operator}->($left, $right);
}

# ---- requests and replies

sub request { my ($verb, $rest) = @_; return decode(exchange("$verb;$rest"), []) }

# A call: arguments that were changed there are changed here too.
sub use_ {
    my ($verb, $where, $want, $args) = @_;
    my %seen;
    my $given = encode([map { ref \$_ eq 'SCALAR' || ref $_ ? $_ : "$_" } @$args], \%seen);
    my $reply = exchange("$verb;$where" . ($want ? 'l' : defined $want ? 's' : 'v') . ";$given");
    my @sent = objects($args, \%seen);
    my $changed = decode($reply, []);
    become_args($args, $changed) if $changed;
    my $result = decode($reply, \@sent);
    return $want ? @$result : $result->[-1];
}

# The containers of the arguments, by number; the list itself is number 0.
sub objects {
    my ($args, $seen) = @_;
    my %by_address;
    my @walk = @$args;
    while (@walk) {
        my $one = shift @walk;
        next unless ref $one && !blessed $one && exists $seen->{refaddr $one} && !$by_address{refaddr $one};
        $by_address{refaddr $one} = $one;
        push @walk, reftype $one eq 'ARRAY' ? @$one : reftype $one eq 'HASH' ? values %$one : $$one;
    }
    my @sent;
    $sent[$seen->{$_}] = $by_address{$_} for keys %by_address;
    return @sent;
}

sub become_args {
    my ($args, $new) = @_;
    for my $at (0 .. $#$args) {
        next if $at > $#$new;
        if (ref $args->[$at]) { become($args->[$at], $new->[$at]) }
        elsif (($args->[$at] // "\0") ne ($new->[$at] // "\0")) { eval { $args->[$at] = $new->[$at] } }
    }
}

# Make a container equal to what the other side made of it, in place.
sub become {
    my ($ours, $theirs) = @_;
    return if !ref $theirs || blessed $ours || blessed $theirs || reftype $ours ne reftype $theirs;
    my $keep = sub {
        my ($old, $item) = @_;
        return $item unless ref $old && ref $item && !blessed $old && !blessed $item && reftype $old eq reftype $item && reftype $old ne 'CODE';
        become($old, $item);
        return $old;
    };
    if (reftype $ours eq 'ARRAY') { my @old = @$ours; @$ours = map { $keep->($old[$_], $theirs->[$_]) } 0 .. $#$theirs }
    elsif (reftype $ours eq 'HASH') { my %old = %$ours; %$ours = map { $_ => $keep->($old{$_}, $theirs->{$_}) } keys %$theirs }
    elsif (reftype $ours =~ /^(?:SCALAR|REF)$/) { eval { $$ours = $keep->($$ours, $$theirs) } }
}

sub exchange {
    my ($message) = @_;
    return \"A0:" if ${^GLOBAL_PHASE} eq 'DESTRUCT'; # all is decided
    send_message('ask;' . drain() . $message);
    while (1) {
        my $reply = receive();
        my $kind = word($reply);
        my $said = decode($reply, []);
        print $said if $tests && defined $said && length $said;
        if ($kind eq 'ask') { answer($reply); next }
        die decode($reply, []) if $kind eq 'throw';
        return $reply;
    }
}

our %DO;
sub answer {
    my ($message) = @_;
    my $verb = word($message);
    my $reply;
    my $fine = eval {
        my $do = $DO{$verb} or die "unknown request\n";
        $reply = $do->($message);
        1;
    };
    if (!$fine) {
        my $error = $@;
        $failure //= $error if $tests && !ref $error && $error =~ /assert/i;
        $reply = eval { encode($error, {}) } // encode("$error", {});
    }
    my $kind = $fine ? 'ok;' : 'throw;';
    eval { send_message($kind . drain() . $reply); 1 } or send_message('throw;U' . encode("$@", {}));
}

sub drain {
    return 'U' if $tests || !length $printed;
    my $said = length $printed > 1 << 20 ? substr $printed, -(1 << 20) : $printed;
    seek STDOUT, 0, 0;
    $printed = '';
    return text($said);
}

# Runs a call: what it returns, and what it made of its arguments.
sub run {
    my ($message, $work) = @_;
    my $want = word($message);
    my @seen;
    my $before = substr $$message, pos $$message;
    my $args = decode($message, \@seen);
    my @result;
    if ($want eq 'l') { @result = $work->(@$args) }
    elsif ($want eq 's') { $result[0] = $work->(@$args) }
    else { $work->(@$args) }
    my $after = encode($args, {});
    my %known;
    $known{refaddr $seen[$_]} = $_ for 0 .. $#seen;
    my $same = $after eq $before;
    return ($same ? 'U' : $after) . encode_result(\@result, \%known);
}

# The list of results is no container of its own number.
sub encode_result { my ($list, $known) = @_; return 'A' . @$list . ':' . join('', map { encode($_, $known) } @$list) }

%DO = (
    call => sub {
        my ($message) = @_;
        my $target = $mine[word($message)];
        die "not code\n" unless ref $target && reftype $target eq 'CODE';
        my $around = decode($message, []);
        local ($_, $main::a, $main::b) = @$around;
        return run($message, $target);
    },
    method => sub {
        my ($message) = @_;
        my ($target, $name) = ($mine[word($message)], word($message));
        my $method = blessed $target && $name =~ /^\w+\z/ && $target->can($name) or die "Can't locate object method \"$name\"\n";
        return run($message, sub { $method->($target, @_) });
    },
    fetch => sub { my ($message) = @_; my ($target, $key) = keyed($message); return encode(reftype $target eq 'HASH' ? $target->{$key} : $target->[$key], {}) },
    store => sub { my ($message) = @_; my ($target, $key) = keyed($message); my $value = decode($message, []); if (reftype $target eq 'HASH') { $target->{$key} = $value } else { $target->[$key] = $value } return 'U' },
    exists => sub { my ($message) = @_; my ($target, $key) = keyed($message); return encode(reftype $target eq 'HASH' ? exists $target->{$key} : exists $target->[$key], {}) },
    delete => sub { my ($message) = @_; my ($target, $key) = keyed($message); return encode(delete $target->{$key}, {}) },
    keys => sub { my ($message) = @_; my $target = $mine[word($message)]; return encode(reftype $target eq 'HASH' ? [keys %$target] : scalar @$target, {}) },
    resize => sub { my ($message) = @_; my ($target, $size) = keyed($message); $#$target = $size - 1; return 'U' },
    print => sub { my ($message) = @_; my $target = $mine[word($message)]; my $said = decode($message, []); print {$target} $said; return 'U' },
    readline => sub { my ($message) = @_; my $target = $mine[word($message)]; return encode(scalar readline $target, {}) },
);

sub keyed { my ($message) = @_; my $target = $mine[word($message)]; return ($target, decode($message, [])) }

# ---- the program's end

sub packages {
    my ($prefix, $found) = @_;
    no strict 'refs';
    for my $entry (keys %{"${prefix}::"}) {
        next unless $entry =~ /^(\w+)::\z/ && $1 ne 'main';
        my $name = $prefix eq 'main' ? $1 : "${prefix}::$1";
        next if $name =~ /^TwinHarness/ || $found->{$name}++;
        packages($name, $found);
    }
    return $found;
}

sub inventory {
    my %found;
    no strict 'refs';
    for my $package ('main', sort keys %{packages('main', {})}) {
        for my $name (keys %{"${package}::"}) {
            my $glob = \${"${package}::"}{$name};
            if (ref $glob eq 'GLOB' ? defined *{$$glob}{CODE} : 1) { $found{"${package}::$name"} = 1 if defined &{"${package}::$name"} }
        }
    }
    return \%found;
}

our %program = (
    names => sub {
        no strict 'refs';
        my $now = inventory();
        my (@subs, @variables);
        my %packages = map { $_ => 1 } grep { !$packages{$_} && !$loaded{$_} } keys %{packages('main', {})};
        for my $full (grep { !$before{$_} } sort keys %$now) {
            my ($package, $name) = $full =~ /^(.*)::(.*)$/s;
            next if $loaded{$package} || $name !~ /^\w+$/;
            push @subs, [$full, prototype $full];
            $packages{$package} = 1;
        }
        for my $package (keys %packages) {
            next if $package eq 'main';
            push @variables, map { [$package, $_, [@{"${package}::$_"}]] } grep { @{"${package}::$_"} } qw(ISA EXPORT EXPORT_OK);
        }
        for my $name (keys %main::) {
            next if $known{$name} || $name !~ /^[a-zA-Z]\w*$/;
            my $glob = $main::{$name};
            next unless ref \$glob eq 'GLOB';
            push @variables, ['main', "\$$name", ${*$glob}] if defined ${*$glob} && !ref ${*$glob};
            push @variables, ['main', $name, [@{*$glob}]] if @{*$glob};
            push @variables, ['main', "%$name", {%{*$glob}}] if %{*$glob};
            push @variables, ['main', "\$$name", ${*$glob}] if ref ${*$glob};
        }
        return encode([\@subs, [keys %packages], \@variables], {});
    },
    sub => sub {
        my ($message) = @_;
        my $name = word($message);
        no strict 'refs';
        return run($message, \&{$name});
    },
    autoload => sub {
        my ($message) = @_;
        my ($name) = word($message) =~ /(\w+)\z/;
        return run($message, sub { my $self = shift; $self->$name(@_) });
    },
    convert => sub {
        my ($message) = @_;
        my ($target, $verb) = ($mine[word($message)], word($message));
        return encode($verb eq 'string' ? "$target" : $verb eq 'number' ? 0 + $target : !!$target, {});
    },
    overloads => sub { my ($message) = @_; my ($target, $operator) = ($mine[word($message)], word($message)); return encode(overload::Method($target, $operator) ? 1 : 0, {}) },
    operate => sub {
        my ($message) = @_;
        my $operator = word($message);
        my ($left, $right) = (decode($message, []), decode($message, []));
        return encode(OPERATE($operator, $left, $right), {});
    },
);

sub evaluate {
    my ($code, $name) = @_;
    package main;
    no strict;
    no warnings;
    eval "#line 1 \"$name\"\n$code\n;1";
}

sub slurp { my ($path) = @_; open my $file, '<', $path or die "$path: $!"; binmode $file; local $/; return scalar <$file> }

sub load_program {
    %DO = (%DO, %program);
    my $code = slurp('/box/main.pl');
    # Text after __END__ or __DATA__ ends the program only, and `1` is what an evaluation to its end gives.
    $code =~ s/^__(?:END|DATA)__\s.*//ms;
    %before = %{inventory()};
    %packages = %{packages('main', {})};
    %known = map { $_ => 1 } keys %main::;
    $loaded{$_ =~ s{/}{::}gr =~ s{\.pm$}{}r} = 1 for keys %INC;
    my %had = %INC;
    close STDOUT;
    open STDOUT, '>>', \$printed or die $!;
    $| = 1;
    my $fine = evaluate($code, 'main.pl');
    if (!$fine) { print STDERR $@; exit 1 }
    $loaded{$_ =~ s{/}{::}gr =~ s{\.pm$}{}r} = 1 for keys %INC;
    while (1) { my $message = receive(); word($message); decode($message, []); answer($message) }
}

# ---- the tests' end

# A package that this process does not have, nor any installed module: it may stand for the program's.
sub is_free {
    my ($package) = @_;
    no strict 'refs';
    return $fresh{$package} = 0 if $package !~ /^[a-zA-Z_]\w*(?:::\w+)*\z/ || $package =~ /^(?:CORE|UNIVERSAL|DB|Internals|main|Twin|Test)\b/;
    my $file = $package =~ s{::}{/}gr . '.pm';
    return $fresh{$package} = !(grep { !/::\z/ } keys %{"${package}::"}) && !exists $INC{$file} && !(grep { !ref && -e "$_/$file" } @INC) ? 1 : 0;
}

sub is_keyword { my ($name) = @_; return defined eval { my $known = prototype "CORE::$name"; 1 } || $name =~ /^(?:qw?|qq|qr|m|s|y|tr|if|unless|while|for|foreach|sub|my|our|local|a|b|_)\z/ }

sub reach {
    my $reply = exchange('names;');
    my ($subs, $packages, $variables) = @{decode($reply, [])};
    no strict 'refs';
    # What it says of its names may be a lie: none of ours is ever replaced.
    my %free = map { $_ => is_free($_) } @$packages;
    my %ours = map { $_ => 1 } keys %main::;
    for my $one (@$variables) {
        my ($package, $name, $value) = @$one;
        if ($package eq 'main') { next unless $name =~ /^[\$%]?([a-zA-Z]\w*)\z/ && !$ours{$1} && !is_keyword($1) }
        else { next unless $free{$package} && $name =~ /^(?:ISA|EXPORT|EXPORT_OK)\z/ }
        if ($name =~ s/^\$//) { ${"${package}::$name"} = $value }
        elsif ($name =~ s/^%//) { %{"${package}::$name"} = %$value }
        else { @{"${package}::$name"} = grep { $name ne 'ISA' || $free{$_} || ($_ eq 'Exporter' && require Exporter) } @$value }
    }
    my %judges = map { $_ => 1 } qw(ok is isnt like unlike is_deeply cmp_ok plan done_testing pass fail Compare eq_array eq_hash);
    for my $one (@$subs) {
        my ($full, $prototype) = @$one;
        my ($package, $name) = $full =~ /^(.*)::(\w+)$/ or next;
        next if $name =~ /^(?:DESTROY|[A-Z]*BEGIN|END|CHECK|INIT|UNITCHECK|import|unimport)$/;
        next if $package eq 'main' ? $judges{$name} || is_keyword($name) || $name =~ /^assert|^Twin/i || defined &{$full} : !$free{$package};
        my $stub = $name eq 'AUTOLOAD' ? sub { pass_on('autoload', ${"${package}::AUTOLOAD"}, wantarray, \@_) unless ${"${package}::AUTOLOAD"} =~ /::DESTROY$/ } : sub { pass_on('sub', $full, wantarray, \@_) };
        &Scalar::Util::set_prototype($stub, $prototype) if defined $prototype;
        # From inside its package: else a sub called `die` would be taken for an import, and be used for it.
        eval "package $package; *{\$full} = \$stub; 1" or die $@;
    }
    for my $package (grep { $free{$_} } @$packages) {
        *{"${package}::DESTROY"} = sub { };
        $INC{$package =~ s{::}{/}gr . '.pm'} = '/box/main.pl';
        if (@{"${package}::EXPORT"} || @{"${package}::EXPORT_OK"}) { require Exporter; *{"${package}::import"} = \&Exporter::import }
    }
    $INC{$_} = $INC{"./$_"} = '/box/main.pl' for qw(main.pl solution.pl);
}

sub pass_on {
    my ($verb, $full, $want, $args) = @_;
    my ($package, $name) = $full =~ /^(.*)::(\w+)$/;
    my $self = $args->[0];
    my $n = ref $self && exists $their_number{refaddr $self} ? $their_number{refaddr $self} : undef;
    if (defined $n && @$args > 1 && !$trusted{$n}) {
        my $foreign = grep { !ref $_ || !exists $their_number{refaddr $_} } @$args[1 .. $#$args];
        die "an object of the program stands in for a value: $name\n" if $foreign && $ASKING{$name};
        $trusted{$n} = 1 unless $READING{$name};
    }
    my $made = defined $n ? $trusted{$n} : !ref $self && defined $self && $self eq $package;
    my @result = $want ? use_($verb, "$full;", 1, $args) : scalar use_($verb, "$full;", $want, $args);
    if ($made) { $trusted{$their_number{refaddr $_}} = 1 for grep { ref $_ && exists $their_number{refaddr $_} } @result }
    return $want ? @result : $result[0];
}

# Runs last of all that is to run at the end: Test::More looks there whether all is well.
END {
    if ($tests) {
        if (defined $failure && !$?) { print STDERR $failure; $? = 1 }
        if (!$gone && !$? && length $token) { local $| = 1; print STDOUT ''; syswrite STDOUT, $token }
    }
}

sub test {
    my $code = slurp('/box/tests.pl');
    $token = slurp('/box/token');
    reach();
    $| = 1;
    if (!evaluate($code, 'tests.pl')) { print STDERR $@; $token = ''; exit 1 }
}

package TwinHarness::Fields;
sub TIEHASH { my ($class, $n) = @_; return bless {n => $n}, $class }
sub FETCH { TwinHarness::request('fetch', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }
sub STORE { TwinHarness::request('store', "$_[0]{n};" . TwinHarness::encode($_[1], {}) . TwinHarness::encode($_[2], {})) }
sub EXISTS { TwinHarness::request('exists', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }
sub DELETE { TwinHarness::request('delete', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }
sub CLEAR { $_[0]->DELETE($_) for @{TwinHarness::request('keys', "$_[0]{n};")} }
sub FIRSTKEY { $_[0]{keys} = TwinHarness::request('keys', "$_[0]{n};"); return shift @{$_[0]{keys}} }
sub NEXTKEY { return shift @{$_[0]{keys}} }
sub SCALAR { scalar @{TwinHarness::request('keys', "$_[0]{n};")} }

package TwinHarness::Items;
require Tie::Array;
our @ISA = 'Tie::Array';
sub TIEARRAY { my ($class, $n) = @_; return bless {n => $n}, $class }
sub FETCHSIZE { TwinHarness::request('keys', "$_[0]{n};") }
sub STORESIZE { TwinHarness::request('resize', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }
sub FETCH { TwinHarness::request('fetch', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }
sub STORE { TwinHarness::request('store', "$_[0]{n};" . TwinHarness::encode($_[1], {}) . TwinHarness::encode($_[2], {})) }
sub EXISTS { TwinHarness::request('exists', "$_[0]{n};" . TwinHarness::encode($_[1], {})) }

package TwinHarness::Stream;
sub TIEHANDLE { my ($class, $n) = @_; return bless {n => $n}, $class }
sub PRINT { my $self = shift; TwinHarness::request('print', "$self->{n};" . TwinHarness::encode(join($, // '', @_) . ($\ // ''), {})); 1 }
sub PRINTF { my ($self, $format, @rest) = @_; $self->PRINT(sprintf $format, @rest) }
sub WRITE { my ($self, $text, $length) = @_; $self->PRINT(substr $text, 0, $length // length $text) }
sub READLINE { TwinHarness::request('readline', "$_[0]{n};") }
sub CLOSE { 1 }
sub BINMODE { 1 }
sub FILENO { -1 }

# A blessed thing of the tests, in the program's process.
package TwinHarness::Foreign;
our $AUTOLOAD;
sub AUTOLOAD {
    my $self = shift;
    my ($name) = $AUTOLOAD =~ /(\w+)$/;
    return if $name eq 'DESTROY';
    return TwinHarness::use_('method', $TwinHarness::their_number{Scalar::Util::refaddr($self)} . ";$name;", wantarray, \@_);
}
sub can { 1 }

package main;
$TwinHarness::tests ? TwinHarness::test() : TwinHarness::load_program();
