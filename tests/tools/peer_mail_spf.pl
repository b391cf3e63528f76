# Mail::SPF's word on queries: reads and writes what spf_many does.
use strict;
use warnings;
use Mail::SPF;
use Time::HiRes 'time';

my $server = Mail::SPF::Server->new(
    hostname                      => 'receiver.example',
    default_authority_explanation => 'DEFAULT',
);

sub processor_seconds {
    my ($user, $system) = times();
    return $user + $system;
}

sub check {
    my (undef, $client, $helo, $sender) = @_;
    my $request = Mail::SPF::Request->new(
        versions      => [1],
        scope         => $sender ne '' ? 'mfrom' : 'helo',
        identity      => $sender ne '' ? $sender : $helo,
        ip_address    => $client,
        helo_identity => $helo,
    );
    my $result = $server->process($request);
    my $said = $result->isa('Mail::SPF::Result::Fail')
        ? $result->authority_explanation : '';
    return ($result->code, $said, $result->received_spf_header);
}

my $number = 0;
my ($begun, $spent) = (time(), processor_seconds());
while (my $line = <STDIN>) {
    chomp $line;
    my ($result, $said, $field) = eval { check(split /\t/, $line, -1) };
    ($result, $said, $field) = ('exception', '', '') unless defined $result;
    s/[^ -~]/?/g for $said, $field;
    print join("\t", $number++, $result, '', $said, $field), "\n";
}
printf STDERR "%d checks in %.3f s, %.3f s of the processor\n", $number,
    time() - $begun, processor_seconds() - $spent;
