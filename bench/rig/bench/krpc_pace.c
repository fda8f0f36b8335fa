// krpc_pace: open-loop KRPC queries at a fixed rate from many addresses, and how long each answer took.
//  krpc_pace IP PORT RATE SECONDS ADDRESSES     addresses 127.1.X.Y:20000; ping, find_node and get_peers as krpc_load mixes them
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <unistd.h>
#include <time.h>
#include <sys/epoll.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#define WAIT_S 1.0
static double now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec+t.tv_nsec*1e-9;}
static uint64_t s=88172645463325252ULL;
static void rnd(unsigned char*p,int n){for(int i=0;i<n;i++){s^=s<<13;s^=s>>7;s^=s<<17;p[i]=s>>24;}}
static int less(const void*a,const void*b){double x=*(double*)a,y=*(double*)b;return x<y?-1:x>y;}
int main(int c,char**v){
  if(c<6){fprintf(stderr,"krpc_pace IP PORT RATE SECONDS ADDRESSES\n");return 1;}
  double rate=atof(v[3]),secs=atof(v[4]);int n=atoi(v[5]);unsigned long total=rate*secs,sent=0,got=0;
  struct sockaddr_in d={.sin_family=AF_INET,.sin_port=htons(atoi(v[2]))};inet_aton(v[1],&d.sin_addr);
  int*fd=calloc(n,sizeof*fd),ep=epoll_create1(0);unsigned char(*id)[20]=calloc(n,20);double*at=calloc(total,8),*took=calloc(total,8);
  for(int i=0;i<n;i++){
    char a[32];snprintf(a,32,"127.1.%d.%d",i/250,1+i%250);struct sockaddr_in b={.sin_family=AF_INET,.sin_port=htons(20000)};inet_aton(a,&b.sin_addr);
    fd[i]=socket(AF_INET,SOCK_DGRAM|SOCK_NONBLOCK,0);
    if(bind(fd[i],(void*)&b,sizeof b)||connect(fd[i],(void*)&d,sizeof d)){perror(a);return 1;}
    struct epoll_event e={.events=EPOLLIN,.data.fd=fd[i]};epoll_ctl(ep,EPOLL_CTL_ADD,fd[i],&e);rnd(id[i],20);
  }
  double t0=now(),t;
  while((t=now())<t0+secs+WAIT_S&&got<total){
    while(sent<total&&sent<=(t-t0)*rate){
      unsigned char q[160],*p=q;int i=sent%n,m=sent%10;m=m<2?0:m<6?1:2;
      #define S(x) memcpy(p,x,sizeof(x)-1),p+=sizeof(x)-1
      S("d1:ad2:id20:");memcpy(p,id[i],20);p+=20;
      if(m==0)S("e1:q4:ping");else if(m==1){S("6:target20:");rnd(p,20);p+=20;S("e1:q9:find_node");}else{S("9:info_hash20:");rnd(p,20);p+=20;S("e1:q9:get_peers");}
      S("1:t4:");uint32_t k=htonl(sent);memcpy(p,&k,4);p+=4;S("1:y1:qe");
      at[sent]=now();if(send(fd[i],q,p-q,0)<0)perror("send");sent++;
    }
    double wait=sent<total?t0+sent/rate-now():1e-3;if(wait<0)wait=0;
    struct epoll_event e[64];struct timespec ts={.tv_nsec=wait<1e-3?wait*1e9:1e6};int k=epoll_pwait2(ep,e,64,&ts,NULL);
    for(int i=0;i<k;i++){unsigned char r[2048];ssize_t len;while((len=recv(e[i].data.fd,r,sizeof r,0))>0){
      unsigned char*x=memmem(r,len,"1:t4:",5);uint32_t tid;if(!x||x+9>r+len)continue;memcpy(&tid,x+5,4);tid=ntohl(tid);
      if(tid<sent&&took[tid]==0){took[tid]=now()-at[tid];got++;}}}
  }
  double*ok=calloc(got+1,8);unsigned long j=0;for(unsigned long i=0;i<sent;i++)if(took[i]>0)ok[j++]=took[i]*1e3;qsort(ok,j,8,less);
  #define Q(x) (j?ok[(unsigned long)((j-1)*x)]:-1)
  printf("{\"sent\":%lu,\"answered\":%lu,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",sent,got,Q(.5),Q(.9),Q(.99),Q(1));
}
